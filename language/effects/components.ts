// Strongly connected components (Tarjan), without recursion. For the effect rows: units that call one another in a circle
// are solved together, and a component comes after every component it depends on.

/** `edges[n]` lists what node n depends on. Components come dependencies first. */
export function components(edges: readonly (readonly number[])[]): number[][] {
  const count = edges.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open = new Uint8Array(count);
  const nextEdge = new Int32Array(count);
  const path: number[] = [];
  const waiting: number[] = [];
  const found: number[][] = [];
  let visited = 0;

  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (order[node] === -1) {
        order[node] = low[node] = visited++;
        open[node] = 1;
        waiting.push(node);
      }
      const at = nextEdge[node]!;
      if (at < edges[node]!.length) {
        nextEdge[node] = at + 1;
        const target = edges[node]![at]!;
        if (order[target] === -1) path.push(target);
        else if (open[target]) low[node] = Math.min(low[node]!, order[target]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const component: number[] = [];
      for (;;) {
        const member = waiting.pop()!;
        open[member] = 0;
        component.push(member);
        if (member === node) break;
      }
      found.push(component);
    }
  }
  return found;
}
