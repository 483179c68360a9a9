# SPDX-License-Identifier: Apache-2.0
# Writes n facts with five times as many links as five CSV files into dir: awk -v n=100000 -v dir=/tmp/x -f bench/facts.awk. The same n gives the same files.
BEGIN {
    srand(11)
    vendors = int(n / 20); capabilities = int(n / 20); persons = int(n / 5); applications = int(n / 2); contracts = n - vendors - capabilities - persons - applications
    split("sanctioned tolerated shadow retiring retired candidate", status, " ")
    split("none pseudonymous personal sensitive", class, " ")
    split("marketing it data commerce finance", side, " ")

    f = dir "/vendor.csv"; print "name,aliases,domains,payees,country" > f
    for (i = 1; i <= vendors; i++) print "Vendor " i ",V" i " Ltd; V" i " Inc,vendor" i ".example,VENDOR " i ",DE" > f
    f = dir "/capability.csv"; print "name,parent,importance,maturity now,maturity wanted,sourcing" > f
    for (i = 1; i <= capabilities; i++)
        print "Do the work number " i "," (i > 20 ? "Do the work number " int(i / 20) : "") "," pick(5) "," pick(4) "," 1 + pick(4) ",in-house" > f
    f = dir "/person.csv"; print "name,sign-on name,side,title,place,business technologist,hours a week" > f
    for (i = 1; i <= persons; i++)
        print "Person Number " i ",person." i "," side[pick(5)] ",Manager,Hamburg," (pick(10) == 1 ? "yes" : "no") ",38.5" > f
    f = dir "/application.csv"; print "name,aliases,status,purpose,category,vendor,realises,marketing owner,it owner,annual cost,seats paid,data class,domains,live since,listed by marketing,listed by it" > f
    for (i = 1; i <= applications; i++)
        print "Application " i ",App" i "," status[pick(6)] ",Does what number " i " does,Category " pick(40) ",Vendor " pick(vendors) "," \
            capability() "; " capability() "; " capability() "; " capability() "; " capability() "; " capability() "," person(4) "," person(4) ",\"" pick(300000) ".50 EUR\"," pick(500) "," class[pick(4)] ",app" i ".example,20" 10 + pick(15) "-0" pick(9) "-1" pick(9) ",yes,no" > f
    f = dir "/contract.csv"; print "name,vendor,applications,annual cost,seats,starts on,renews on,notice days,renews by itself" > f
    for (i = 1; i <= contracts; i++)
        print "Contract " i ",Vendor " pick(vendors) ",Application " pick(applications) "; Application " pick(applications) "; Application " pick(applications) "; Application " pick(applications) "," pick(90000) " EUR," pick(400) ",2025-0" pick(9) "-01,2027-0" pick(9) "-01,90,yes" > f
}
function pick(k) { return 1 + int(rand() * k) }
function capability() { return "Do the work number " pick(capabilities) }
function person(oneIn) { return pick(oneIn) == 1 ? "" : "Person Number " pick(persons) }
