/** The methods of a port as they may be written: they answer at once, or by a promise. */
export type Methods<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer | Promise<Answer>
    : never;
};

type Method = (...args: never[]) => unknown;

/** A port of methods that act as they are called: what they throw rejects. */
export function promised<Port>(methods: Methods<Port>): Port {
  return over(methods, (act) => async (...args) => await act(...args));
}

/** A port of methods that act once they have yielded, so that workers interleave. */
export function yielding<Port>(methods: Methods<Port>): Port {
  return over(methods, (act) => async (...args) => {
    await null;
    return act(...args);
  });
}

function over<Port>(methods: Methods<Port>, change: (act: Method) => Method): Port {
  const changed = Object.entries<Method>(methods as Readonly<Record<string, Method>>)
    .map(([name, act]) => [name, change(act)]);
  return Object.fromEntries(changed);
}
