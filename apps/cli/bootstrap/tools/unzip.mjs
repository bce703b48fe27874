// Reads one member of a zip (a Python wheel is one). Node has inflate but no zip, and `unzip` is not everywhere.
import { closeSync, createWriteStream, openSync, readSync, statSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const stored = 0;
const deflated = 8;

/**
 * Writes one member of a zip to a file. The archive is trusted (its checksum was compared with the pin), so
 * that the format's rarer parts, zip64 and encryption, are refused by simply not being found.
 * @param {string} archive
 * @param {string} member
 * @param {string} destination
 */
export async function unzipMember(archive, member, destination) {
  const descriptor = openSync(archive, 'r');
  const read = (/** @type {number} */ length, /** @type {number} */ position) => {
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, position);
    return buffer;
  };
  let entry;
  try {
    entry = findMember(read, statSync(archive).size, member);
  } finally {
    closeSync(descriptor);
  }
  if (entry === undefined) throw new Error(`${member} is not in ${archive}`);
  const { start, compressedBytes, method } = entry;
  if (method !== stored && method !== deflated)
    throw new Error(`${member} has unknown compression ${method}`);
  await pipeline(
    createReadStream(archive, { start, end: start + compressedBytes - 1 }),
    method === deflated ? createInflateRaw() : new PassThrough(),
    createWriteStream(destination),
  );
}

/**
 * @param {(length: number, position: number) => Buffer} read
 * @param {number} sizeBytes
 * @param {string} member
 */
function findMember(read, sizeBytes, member) {
  // The end record is 22 bytes and a comment of at most 64 KiB.
  const tailBytes = Math.min(sizeBytes, 22 + 0xffff);
  const tail = read(tailBytes, sizeBytes - tailBytes);
  let end = tailBytes - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < 0) return undefined;
  const directory = read(tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === directoryEntry;) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (directory.toString('utf8', at + 46, at + 46 + nameBytes) === member) {
      const header = directory.readUInt32LE(at + 42);
      // The local header repeats name and extra field, with lengths of its own.
      const local = read(30, header);
      return {
        start: header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
        compressedBytes: directory.readUInt32LE(at + 20),
        method: directory.readUInt16LE(at + 10),
      };
    }
    at += 46 + nameBytes + extraBytes;
  }
  return undefined;
}
