import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  paginateListParts,
  type Part,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { DirectPart, DirectWrite, DirectWrites } from './direct-writes.ts';
import { guarded, nameOf } from './s3-faults.ts';

/** What the writes of a store are made with. */
export interface S3DirectWritesOptions {
  readonly client: S3Client;
  /** Signs URLs, for the address under which others find the service. */
  readonly signer: S3Client;
  /** The object of a key. */
  readonly place: (key: string) => { readonly Bucket: string; readonly Key: string };
  readonly keptMs: number;
}

/** Direct writes as multipart uploads (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html). */
export class S3DirectWrites implements DirectWrites {
  readonly keptMs: number;
  readonly #client: S3Client;
  readonly #signer: S3Client;
  readonly #place: S3DirectWritesOptions['place'];

  constructor({ client, signer, place, keptMs }: S3DirectWritesOptions) {
    this.keptMs = keptMs;
    this.#client = client;
    this.#signer = signer;
    this.#place = place;
  }

  async begin(key: string): Promise<DirectWrite> {
    const command = new CreateMultipartUploadCommand(this.#place(key));
    const { UploadId } = await guarded(() => this.#client.send(command));
    return { key, id: UploadId ?? '' };
  }

  async presign(
    write: DirectWrite,
    { number, sizeBytes }: DirectPart,
    { expiresSeconds }: { readonly expiresSeconds: number },
  ): Promise<string> {
    // The length is signed along: whoever has the URL can't fill the bucket.
    const part = { PartNumber: number, ContentLength: sizeBytes };
    const command = new UploadPartCommand({ ...this.#upload(write), ...part });
    return guarded(() => getSignedUrl(this.#signer, command, { expiresIn: expiresSeconds }));
  }

  async parts(write: DirectWrite): Promise<DirectPart[] | undefined> {
    const parts = await guarded(() => this.#list(write));
    return parts?.map(({ PartNumber = 0, Size = 0 }) => ({ number: PartNumber, sizeBytes: Size }));
  }

  async join(write: DirectWrite): Promise<boolean> {
    return guarded(async () => {
      // SeaweedFS lists each version of a part that was written again, and takes the newest of those that are named.
      const parts = await this.#list(write);
      if (parts === undefined) return false;
      const Parts = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
      const command = new CompleteMultipartUploadCommand({
        ...this.#upload(write),
        MultipartUpload: { Parts },
      });
      return (await unlessEnded(this.#client.send(command))) !== undefined;
    });
  }

  async abort(write: DirectWrite): Promise<void> {
    const command = new AbortMultipartUploadCommand(this.#upload(write));
    await guarded(() => unlessEnded(this.#client.send(command)));
  }

  async #list(write: DirectWrite): Promise<Part[] | undefined> {
    return unlessEnded(
      (async () => {
        const parts: Part[] = [];
        for await (const page of paginateListParts({ client: this.#client }, this.#upload(write)))
          parts.push(...(page.Parts ?? []));
        return parts;
      })(),
    );
  }

  #upload({ key, id }: DirectWrite): {
    readonly Bucket: string;
    readonly Key: string;
    readonly UploadId: string;
  } {
    return { ...this.#place(key), UploadId: id };
  }
}

async function unlessEnded<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (nameOf(error) === 'NoSuchUpload') return undefined;
    throw error;
  }
}
