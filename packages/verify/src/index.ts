export type { LibavformatStarts } from './checks/check-starts.ts';
export type { PlannedSegment } from './checks/check-planned.ts';
export type { Finding, FindingCode } from './findings.ts';
export type { ByteRange, TreeReader } from './tree-reader.ts';
export { verifyTree, type VerifiedTrack, type VerifyOptions, type VerifyReport } from './verify.ts';
