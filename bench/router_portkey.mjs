// Loaded before Portkey's gateway: keeps Node's own Response. In place of it Hono's server puts one that
// shares the immutable headers of what was fetched, on which the gateway's streams fail.
const define = Object.defineProperty;
Object.defineProperty = (object, name, how) =>
  object === globalThis && name === "Response" ? object : define(object, name, how);
