// Values are pulled from a walk that keeps its own explicit stack: what one writes when `function*` is too slow.
export const sizes = { full: 25, quick: 20 };

class Node {
  constructor(left, value, right) {
    this.left = left;
    this.value = value;
    this.right = right;
  }
}

function make(depth) {
  if (depth === 0) return null;
  const half = make(depth - 1);
  return new Node(half, depth, half);
}

class Walk {
  constructor(tree) {
    this.stack = [];
    this.value = 0;
    this.down(tree);
  }
  down(tree) {
    for (let node = tree; node !== null; node = node.left) this.stack.push(node);
  }
  next() {
    const node = this.stack.pop();
    if (node === undefined) return false;
    this.value = node.value;
    this.down(node.right);
    return true;
  }
}

export function run(n) {
  let total = 0;
  const walk = new Walk(make(n));
  while (walk.next()) total += walk.value;
  return total;
}

export const operations = (n) => 2 ** n - 1;
