import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Parts that are copied at once. */
const AT_ONCE = 4;

/** A copy inside a bucket. Keys are whole, prefix included. */
export interface S3Copy {
  readonly bucket: string;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  /** Of the version that is meant. */
  readonly etag: string;
}

/**
 * Copies an object inside the service: at once, or in parts where it is larger than `partBytes`. Of parts nothing is seen
 * until the last is there.
 *
 * @throws what the SDK throws; a copy in parts is given up then
 */
export async function copyObject(client: S3Client, copy: S3Copy, partBytes: number): Promise<void> {
  const { bucket, from, to, sizeBytes, etag } = copy;
  const target = { Bucket: bucket, Key: to };
  const source = {
    CopySource: [bucket, ...from.split('/')].map(encodeURIComponent).join('/'),
    CopySourceIfMatch: etag,
  };
  if (sizeBytes <= partBytes) {
    await client.send(new CopyObjectCommand({ ...target, ...source }));
    return;
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const upload = { ...target, UploadId };
  try {
    const copyPart = async (index: number): Promise<CompletedPart> => {
      const [start, end] = [index * partBytes, Math.min((index + 1) * partBytes, sizeBytes)];
      const part = { PartNumber: index + 1, CopySourceRange: `bytes=${start}-${end - 1}` };
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...upload, ...source, ...part }),
      );
      return { PartNumber: part.PartNumber, ETag: CopyPartResult?.ETag };
    };
    const Parts: CompletedPart[] = [];
    const indices = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => index);
    for (let first = 0; first < indices.length; first += AT_ONCE)
      Parts.push(...(await Promise.all(indices.slice(first, first + AT_ONCE).map(copyPart))));
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    // One that can't be given up now is swept later.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
