/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// A shared worker: one stream of events for all tabs of a browser, open while at least one of them is looked at.
const ports = new Map(); // to whether it is looked at
let source, last, again;

function open() {
  source = new EventSource("/events");
  source.onmessage = ({ data }) => {
    last = JSON.parse(data);
    for (const port of ports.keys()) port.postMessage(last);
  };
  // A refusal (too many streams, signed out) ends it for good; the browser tries all else again by itself.
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return;
    source = undefined;
    clearTimeout(again);
    again = setTimeout(adjust, 30000);
  };
}
function adjust() {
  const wanted = [...ports.values()].includes(true);
  if (wanted && !source) open();
  if (!wanted && source) source = void source.close();
}
self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data === "gone") ports.delete(port);
    else ports.set(port, data === "shown");
    adjust();
    if (data === "shown" && last) port.postMessage(last);
  };
  port.start();
};
