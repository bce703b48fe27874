import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { nameOf } from './s3-faults.ts';

/**
 * Gives up the uploads in parts below a prefix that were begun before a moment. Their parts take room that nobody sees.
 *
 * @throws what the SDK throws
 */
export async function abortUploads(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  begunBefore: number,
): Promise<void> {
  let answer: ListMultipartUploadsCommandOutput | undefined;
  do {
    answer = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: answer?.NextKeyMarker,
        UploadIdMarker: answer?.NextUploadIdMarker,
      }),
    );
    for (const { Key, UploadId, Initiated } of answer.Uploads ?? []) {
      if (Initiated === undefined || Initiated.getTime() >= begunBefore) continue;
      await client
        .send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
        .catch((error: unknown) => {
          // Another worker was quicker.
          if (nameOf(error) !== 'NoSuchUpload') throw error;
        });
    }
  } while (answer.IsTruncated === true);
}
