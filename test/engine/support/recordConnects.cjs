/**
 * Loaded into every Node process of a command (NODE_OPTIONS=--require): writes down where it connects or sends to, a JSON
 * object a line, into the file that HUNCH_TEST_CONNECTS names.
 */
const { appendFileSync } = require("node:fs");
const dgram = require("node:dgram");
const net = require("node:net");

const note = (entry) =>
  appendFileSync(process.env.HUNCH_TEST_CONNECTS, `${JSON.stringify({ pid: process.pid, ...entry })}\n`);

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  // What net.connect() has put in order comes as one array.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const to = typeof first === "object" ? first : Number.isNaN(Number(first)) ? { path: first } : { port: first };
  note(
    to.path
      ? { path: to.path }
      : { host: to.host ?? (typeof second === "string" ? second : "localhost"), port: Number(to.port) },
  );
  return connect.apply(this, args);
};
for (const name of ["send", "connect"]) {
  const original = dgram.Socket.prototype[name];
  dgram.Socket.prototype[name] = function (...args) {
    note({ datagram: name, to: args.filter((arg) => ["string", "number"].includes(typeof arg)) });
    return original.apply(this, args);
  };
}
