export * from './clips.ts';
export { clipPath } from './clips.ts';
export { decodeTree, type DecodedRendition } from './output-tree.ts';
export { startStack, type TestStack } from './stack.ts';
export { requireTool } from './tools.ts';
