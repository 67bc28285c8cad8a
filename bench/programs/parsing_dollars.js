// Callbacks for reading and emitting, an exception for the end.
export const sizes = { full: 20_000, quick: 3_000 };

const newline = 10;
const dollar = 36;
const STOP = { stop: true };

function parse(read, emit) {
  let dollars = 0;
  for (;;) {
    const c = read();
    if (c === dollar) dollars++;
    else if (c === newline) {
      emit(dollars);
      dollars = 0;
    } else throw STOP;
  }
}

export function run(n) {
  let total = 0;
  let line = 0;
  let left = 0;
  try {
    parse(
      () => {
        if (line > n) throw STOP;
        if (left === 0) {
          line++;
          left = line;
          return newline;
        }
        left--;
        return dollar;
      },
      (value) => {
        total += value;
      },
    );
  } catch (error) {
    if (error !== STOP) throw error;
  }
  return total;
}

/** Characters read. */
export const operations = (n) => ((n + 1) * (n + 2)) / 2 + n + 1;
