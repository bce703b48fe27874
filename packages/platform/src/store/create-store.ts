import { createFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { S3Access } from './s3-client.ts';

/** Where objects are kept. */
export type StorePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** What all keys begin with: empty, or a path that ends in `/`. */
      readonly prefix: string;
      readonly access: S3Access & {
        /** Where others find the service, where that is not the endpoint of this program. */
        readonly publicEndpoint?: string | undefined;
      };
    };

/** Opens the store that is configured. Nothing is asked of it yet. */
export async function createStore(place: StorePlace): Promise<ObjectStore> {
  if (place.kind === 'folder') return createFolderStore(place.folder);
  // Late: the SDK takes as long to load as all the rest, and most stacks keep a folder.
  const [{ createS3Client }, { createS3Store }] = await Promise.all([
    import('./s3-client.ts'),
    import('./s3-store.ts'),
  ]);
  const { bucket, prefix, access } = place;
  const { publicEndpoint: endpoint } = access;
  const client = createS3Client(access);
  const signer = endpoint === undefined ? client : createS3Client({ ...access, endpoint });
  return createS3Store({ client, signer, bucket, prefix });
}
