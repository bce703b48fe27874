export type { LibavformatStarts } from './checks/check-starts.ts';
export { checkTrack, type SegmentHead, type TrackFigures, type TrackHeads } from './checks/check-track.ts';
export { checkAlignment } from './checks/check-alignment.ts';
export type { Finding, FindingCode } from './findings.ts';
export type { ByteRange, TreeReader } from './tree-reader.ts';
export { verifyTree, type VerifiedTrack, type VerifyReport } from './verify.ts';
