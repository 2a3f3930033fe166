import jsonata from 'jsonata';

/** The parts of jsonata's syntax tree that matter here; the published type omits most of them. */
interface Node {
  type: string;
  value?: unknown;
  steps?: Node[];
  stages?: Node[];
  predicate?: Node[];
  expressions?: Node[];
  arguments?: Node[];
  procedure?: Node;
  body?: Node;
  condition?: Node;
  then?: Node;
  else?: Node;
  lhs?: Node | Node[] | Node[][];
  rhs?: Node | Node[] | Node[][];
  expression?: Node;
  expr?: Node;
  terms?: { expression: Node }[];
  pattern?: Node;
  update?: Node;
  delete?: Node;
  group?: { lhs: Node[][] };
}

/** Step Functions has no `$eval`; at run time it answers "T1006: Attempted to invoke a non-function". */
const missingFunctions = ['eval'];

/**
 * What CreateStateMachine refuses in an expression: syntax errors, and references to a context that does not exist
 * (there is no input document, all data come by `$states` and variables). Parsed with jsonata 2.0.6 on purpose: a newer
 * one would accept `??` and `?:`, which the cloud does not know.
 */
export function expressionProblem(source: string): string | undefined {
  try {
    // The library's own type is narrower than the tree it returns.
    const tree: unknown = jsonata(source).ast();
    return isNode(tree) ? problemIn(tree, true) : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    return `INVALID_JSONATA_EXPRESSION: ${reason}`;
  }
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && 'type' in value;
}

/** `top`: no path step has set a context yet. Function bodies keep the context of the place they are written in. */
function problemIn(node: Node, top: boolean): string | undefined {
  return ownProblem(node, top) ?? firstProblem(children(node, top));
}

function ownProblem(node: Node, top: boolean): string | undefined {
  if (node.type === 'variable' && node.value === '$') return unsupported('$$');
  if (node.type === 'variable' && missingFunctions.includes(String(node.value)))
    return `UNSUPPORTED_JSONATA_EXPRESSION: $${String(node.value)} does not exist in Step Functions`;
  if (!top) return undefined;
  if (node.type === 'variable' && node.value === '') return unsupported('$');
  if (['name', 'wildcard', 'descendant', 'parent'].includes(node.type)) return unsupported(nameOf(node));
  return undefined;
}

const unsupported = (name: string): string =>
  `UNSUPPORTED_JSONATA_EXPRESSION: Reference to '${name}' at the top level is not supported.`;

function nameOf(node: Node): string {
  if (node.type === 'wildcard') return '*';
  if (node.type === 'descendant') return '**';
  return node.type === 'parent' ? '%' : String(node.value);
}

type Child = readonly [Node, boolean];

function children(node: Node, top: boolean): Child[] {
  const same = [
    ...(node.expressions ?? []),
    ...(node.arguments ?? []),
    node.procedure,
    node.body,
    node.condition,
    node.then,
    node.else,
    node.expression,
    ...flat(node.lhs),
    ...flat(node.rhs),
  ];
  const inside = [
    ...(node.stages ?? []),
    ...(node.predicate ?? []),
    ...(node.terms ?? []).map((term) => term.expression),
    ...(node.group?.lhs ?? []).flat(),
    node.expr,
    node.pattern,
    node.update,
    node.delete,
  ];
  const steps = (node.steps ?? []).map((step, index): Child => [step, top && index === 0]);
  return [
    ...steps,
    ...same.filter(isNode).map((child): Child => [child, top]),
    ...inside.filter(isNode).map((child): Child => [child, false]),
  ];
}

function flat(side: Node | Node[] | Node[][] | undefined): Node[] {
  return side === undefined ? [] : [side].flat(2).filter(isNode);
}

function firstProblem(found: Child[]): string | undefined {
  for (const [child, top] of found) {
    const problem = problemIn(child, top);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
