// Some objects live only while a text is read. When V8 collects everything it forgets the shapes of which there is no object, and throws
// away the code that it has compiled for them: 70 functions of those that an edit runs, and the next dozens of keystrokes pay for
// it. So one object of each kind stays.

/** Is told of each object, and of the length of the text that it holds on to. */
export type Keep<T extends object> = (one: T, length: number) => void;

const LONG = 1000;

/** Keeps the newest object that is small: shapes change while V8 learns what their fields hold. */
export function keepOne<T extends object>(): Keep<T> {
  const kept: { one?: T } = {};
  return (one, length) => {
    if (length < LONG) kept.one = one;
  };
}
