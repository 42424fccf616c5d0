// Loaded first wherever a node runs. What every object inherits cannot be added to: a name slipped into it by a library that
// files strangers' words in plain objects would be found in every object of the process until it ends.
for (const name of Reflect.ownKeys(Object.prototype)) {
  const { value } = Object.getOwnPropertyDescriptor(Object.prototype, name)!;
  if (typeof value === "function") Object.preventExtensions(value);
}
Object.preventExtensions(Object.prototype);
