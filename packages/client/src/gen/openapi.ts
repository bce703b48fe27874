// Made of apps/api/openapi.json by `npm run openapi:generate`; not to be edited.

export interface paths {
    "/api/transcode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submit a job */
        post: operations["transcode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List jobs, newest first */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job with its progress, plan, renditions and segments */
        get: operations["getJob"];
        put?: never;
        post?: never;
        /** Cancel a job; answers when nothing of it runs any more */
        delete: operations["cancelJob"];
        options?: never;
        head?: never;
        /** Give what waits of a running job, and what comes, another priority */
        patch: operations["changeJob"];
        trace?: never;
    };
    "/api/jobs/{id}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The HLS master playlist of a complete job */
        get: operations["getManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job's event log from any point, then live, as server-sent events */
        get: operations["followJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every attempt at the units of a job: by which worker, when, and how it ended */
        get: operations["listAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin nothing more of a job; encoders that run finish their chunks */
        post: operations["pauseJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a paused job */
        post: operations["resumeJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a failed job again, from the point of its failure as far as its pieces are kept */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/renditions/{name}/redo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Encode a video rendition of a running job again, from its first chunk, in software */
        post: operations["redoRendition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The webhooks of a job and what became of them */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A webhook with its body and every attempt */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deliveries/{id}/send-again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a webhook once more, with the same webhook-id and body */
        post: operations["sendDeliveryAgain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhook-secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which secrets sign webhooks, and how long */
        get: operations["listWebhookSecrets"];
        put?: never;
        /** Make a new secret; the one before signs beside it for a while */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys of a tenant, newest first, without secrets */
        get: operations["listKeys"];
        put?: never;
        /** Make an API key; its secret is shown this once */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a successor of a key, which goes on to work for a while */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a key at once */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All tenants, by name */
        get: operations["listTenants"];
        put?: never;
        /** Make a tenant */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tenant */
        get: operations["getTenant"];
        /** Replace weight, ceiling and quotas of a tenant; what is left out gets its default */
        put: operations["setTenant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a tenant uses, by day, and its quotas */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file in one form, or begin an upload by tus 1.0
         * @description With Tus-Resumable: creation, and creation-with-upload; metadata filename and filetype. Without it: one file in a form.
         */
        post: operations["createUpload"];
        delete?: never;
        /** What this service can of tus 1.0 */
        options: operations["describeUploads"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An upload, with its SHA-256 when it is complete */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        /** Remove an upload, finished or not; jobs that have begun with it go on */
        delete: operations["deleteUpload"];
        options?: never;
        /** tus: how much of an upload has arrived */
        head: operations["getUploadOffset"];
        /** tus: the next bytes of an upload */
        patch: operations["continueUpload"];
        trace?: never;
    };
    "/api/uploads/direct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an upload whose bytes go straight to S3, where that is the store
         * @description PUT each part to its URL, with a body of exactly its size; then complete the upload.
         */
        post: operations["createDirectUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads/{id}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The parts of a direct upload that have not arrived, with fresh URLs */
        get: operations["listMissingParts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete a direct upload of which all parts have arrived; may be repeated */
        post: operations["completeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List batches, newest first */
        get: operations["listBatches"];
        put?: never;
        /** Submit many jobs by one manifest */
        post: operations["submitBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A batch with its progress and failures */
        get: operations["getBatch"];
        put?: never;
        post?: never;
        /** Cancel all jobs of a batch; answers when none of them runs any more */
        delete: operations["cancelBatch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalogue/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the last rebuild stands */
        get: operations["getCatalogueRebuild"];
        put?: never;
        /** Restore jobs, logs, batches, tenants and keys from the store and Temporal; goes on in the background */
        post: operations["rebuildCatalogue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workers as they last reported themselves, what Temporal knows of them, and the task queues */
        get: operations["listWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a job that is submitted now would run */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics of this process for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/media/{jobId}/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a job's output; ranges and conditional requests work */
        get: operations["getMedia"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedRequest: {
            sourceUrl?: string | undefined;
            testSource?: {
                width: number;
                height: number;
                frameRate: number;
                seconds: number;
            } | undefined;
            /**
             * @description On whose behalf; users take turns in the queue
             * @default anonymous
             */
            userId: string;
            /** @description Called, signed, when something of webhookEvents happens */
            webhookUrl?: string | undefined;
            /**
             * @description What webhookUrl is told: by default how the job ended
             * @default [
             *       "job.completed",
             *       "job.failed",
             *       "job.cancelled"
             *     ]
             */
            webhookEvents: ("job.queued" | "job.started" | "job.progress" | "rendition.ready" | "job.completed" | "job.failed" | "job.cancelled")[];
            /**
             * @description 1 (most urgent) to 9, or live, high, medium, low, batch
             * @default 5
             */
            priority: number;
            /**
             * @default default
             * @enum {string}
             */
            queue: "live" | "default" | "batch";
            /**
             * @default auto
             * @enum {string}
             */
            engine: "auto" | "ffmpeg";
            /**
             * @description hardware: on GPUs where a worker has proved an encoder, else in software, with a warning
             * @default software
             * @enum {string}
             */
            acceleration: "software" | "hardware";
            /**
             * @description Labels a benchmark run; recorded, no effect
             * @enum {string}
             */
            confidence?: "auto" | undefined;
            /** @default hls-default */
            ladder: ("hls-default" | "hls-hevc" | "av1" | "vp9" | "multi-codec" | "audio-only") | {
                /** @description Names the rendition and its folder, e.g. 720p */
                name: string;
                /** @description Length of the shorter side in pixels */
                shortSide: number;
                /**
                 * @default h264
                 * @enum {string}
                 */
                codec: "h264" | "hevc" | "vp9" | "av1";
                /** @description Ceiling of the bit rate (VBV maxrate) in kbit/s */
                maxrateKbps: number;
                /** @description Constant rate factor under the ceiling; by default 22 (h264), 24 (hevc), 32 (vp9, av1) */
                crf?: number | undefined;
                /** @description An average bit rate in kbit/s, instead of constant quality */
                averageKbps?: number | undefined;
                /**
                 * @description 2: averageKbps is met better, in twice the time; for h264 and hevc
                 * @default 1
                 */
                passes: 1 | 2;
                /**
                 * @description Speed of the encoder
                 * @default medium
                 * @enum {string}
                 */
                preset: "ultrafast" | "superfast" | "veryfast" | "faster" | "fast" | "medium" | "slow" | "slower" | "veryslow";
                /** @description Ceiling of the frame rate: every second, third ... frame of a faster source is kept */
                maxFrameRate?: number | undefined;
                /**
                 * @description source: HDR stays HDR (hevc, av1); sdr: it is tone-mapped
                 * @default sdr
                 * @enum {string}
                 */
                dynamicRange: "sdr" | "source";
            }[];
            /** @description Where the ladder is that of a scenario: its name */
            scenario?: string | undefined;
            parameters?: {
                /** @description In seconds */
                duration?: number | undefined;
                /** @description In kbit/s */
                bitrate?: number | undefined;
            } | undefined;
            /**
             * @default {
             *       "codec": "aac",
             *       "bitrateKbps": 128,
             *       "channels": "stereo"
             *     }
             */
            audio: {
                /**
                 * @default aac
                 * @enum {string}
                 */
                codec: "aac" | "opus";
                /**
                 * @description Of two channels, in kbit/s
                 * @default 128
                 */
                bitrateKbps: number;
                /**
                 * @description stereo: surround sound is mixed down; source: it is kept, at more bits
                 * @default stereo
                 * @enum {string}
                 */
                channels: "stereo" | "source";
            };
            /** @description Leave out what comes before this time of the source */
            startSeconds?: number | undefined;
            /** @description Leave out what comes from this time of the source on */
            endSeconds?: number | undefined;
            /**
             * @description Further sources, shown one after the other behind the first
             * @default []
             */
            append: components["schemas"]["AppendedSource"][];
            /**
             * @description Length of a segment in seconds
             * @default 6
             */
            segmentSeconds: number;
            /** @default {} */
            resourceLimits: components["schemas"]["ResourceLimits"];
            /**
             * @description Measure how like the source each rendition and segment is: VMAF, PSNR, SSIM
             * @default false
             */
            qualityReport: boolean;
            /**
             * @description To find the job by; as JSON at most 2048 bytes of UTF-8
             * @default []
             */
            labels: string[];
            /**
             * @description Texts of your own, given back with the job and in its webhooks: 20 at most, each named by a letter and up to 63 letters, digits or characters of _.:-
             * @default {}
             */
            metadata: {
                [key: string]: string;
            };
            /** @description A name for people; by default the file name */
            title?: string | undefined;
        };
        ApiKey: {
            id: string;
            tenantId: string;
            name: string;
            scopes: ("submit" | "read" | "operate" | "admin")[];
            createdAt: number;
            expiresAt?: number | undefined;
            revokedAt?: number | undefined;
            /** @description To about a minute */
            lastUsedAt?: number | undefined;
        };
        AppendedSource: {
            sourceUrl: string;
            /** @description Leave out what comes before this time of the source */
            startSeconds?: number | undefined;
            /** @description Leave out what comes from this time of the source on */
            endSeconds?: number | undefined;
        };
        Attempt: {
            id: string;
            /** @description What was encoded, such as a chunk of the picture or a track of sound */
            unit: string;
            /** @description How often the unit was to be encoded again by then */
            generation: number;
            /** @description Temporal's count, from 1 */
            attempt: number;
            workerId: string;
            encoderBuild: string;
            /** @description ms since the epoch */
            startedAt: number;
            /** @description How it ended; absent while it runs, and for ever where its worker was lost */
            outcome?: {
                endedAt: number;
                /** @enum {string} */
                result: "committed" | "duplicate" | "failed" | "cancelled";
                code?: string | undefined;
                usage?: {
                    cpuSeconds: number;
                    peakMemoryBytes: number;
                    peakDiskBytes: number;
                } | undefined;
                fetchedBytes?: number | undefined;
            } | undefined;
        };
        AttemptPage: {
            attempts: components["schemas"]["Attempt"][];
            /** @description For the next page; absent on the last */
            nextCursor?: string | undefined;
        };
        AudioProfile: {
            /**
             * @default aac
             * @enum {string}
             */
            codec?: ("aac" | "opus") | undefined;
            /**
             * @description Of two channels, in kbit/s
             * @default 128
             */
            bitrateKbps?: number | undefined;
            /**
             * @description stereo: surround sound is mixed down; source: it is kept, at more bits
             * @default stereo
             * @enum {string}
             */
            channels?: ("stereo" | "source") | undefined;
        };
        AudioRendition: {
            name: string;
            language?: string | undefined;
            label: string;
            isDefault: boolean;
            /** @enum {string} */
            codec: "aac" | "opus";
            channels: number;
            sampleRateHz: number;
            bitrateKbps: number;
        };
        AudioTrack: {
            streamIndex: number;
            codec: string;
            channels: number;
            sampleRateHz: number;
            language?: string | undefined;
            title?: string | undefined;
            isDefault: boolean;
            startSeconds: number;
            durationSeconds?: number | undefined;
        };
        Batch: {
            id: string;
            tenantId: string;
            title?: string | undefined;
            labels: string[];
            /** @enum {string} */
            status: "running" | "cancelling" | "completed" | "failed" | "cancelled";
            counts: components["schemas"]["BatchCounts"];
            progress: components["schemas"]["BatchProgress"];
            createdAt: number;
            cancelledAt?: number | undefined;
            completedAt?: number | undefined;
            /** @description The newest; GET /api/jobs?batch=...&status=failed lists all */
            failures: {
                jobId: string;
                title: string;
                failure: components["schemas"]["JobFailure"];
            }[];
            links: components["schemas"]["BatchLinks"];
        };
        BatchCounts: {
            pending: number;
            probing: number;
            splitting: number;
            transcoding: number;
            merging: number;
            completed: number;
            failed: number;
            cancelled: number;
        };
        BatchLinks: {
            self: string;
            jobs: string;
            /** @description The batch's history in Temporal UI */
            temporal: string;
        };
        BatchPage: {
            batches: components["schemas"]["BatchSummary"][];
            /** @description For the next page; absent on the last */
            nextCursor?: string | undefined;
        };
        BatchProgress: {
            total: number;
            completed: number;
            failed: number;
            running: number;
            percent: number;
        };
        BatchRequest: {
            /** @description A name for people */
            title?: string | undefined;
            /**
             * @description Of the batch, and of each of its jobs beside their own; the limits are those of both together
             * @default []
             */
            labels?: string[] | undefined;
            /** @description Called once, when the last job has ended */
            webhookUrl?: string | undefined;
            /** @description Fields of every job that does not have them itself */
            defaults?: components["schemas"]["JobFields"] | undefined;
            jobs: components["schemas"]["JobFields"][];
        };
        BatchSummary: {
            id: string;
            tenantId: string;
            title?: string | undefined;
            labels: string[];
            /** @enum {string} */
            status: "running" | "cancelling" | "completed" | "failed" | "cancelled";
            counts: components["schemas"]["BatchCounts"];
            progress: components["schemas"]["BatchProgress"];
            createdAt: number;
            cancelledAt?: number | undefined;
            completedAt?: number | undefined;
            links: components["schemas"]["BatchLinks"];
        };
        CreatedUpload: {
            id: string;
            /** @description Names the upload in POST /api/transcode */
            sourceUrl: string;
        };
        Delivery: {
            /** @description The webhook-id header */
            id: string;
            /** @description Of a batch.* event: the id of the batch */
            jobId: string;
            /** @enum {string} */
            event: "job.queued" | "job.started" | "job.progress" | "rendition.ready" | "job.completed" | "job.failed" | "job.cancelled" | "batch.completed" | "batch.cancelled";
            sequence: number;
            url: string;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed" | "skipped";
            createdAt: number;
            /** @description While it is pending, after a first attempt */
            nextAttemptAt?: number | undefined;
            attempts: components["schemas"]["DeliveryAttempt"][];
        };
        DeliveryAttempt: {
            at: number;
            /** @description Of the answer; absent when none came */
            status?: number | undefined;
            /** @description Why it did not deliver */
            error?: string | undefined;
            durationMs: number;
        };
        DeliveryList: {
            deliveries: components["schemas"]["Delivery"][];
        };
        DeliveryWithBody: {
            /** @description The webhook-id header */
            id: string;
            /** @description Of a batch.* event: the id of the batch */
            jobId: string;
            /** @enum {string} */
            event: "job.queued" | "job.started" | "job.progress" | "rendition.ready" | "job.completed" | "job.failed" | "job.cancelled" | "batch.completed" | "batch.cancelled";
            sequence: number;
            url: string;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed" | "skipped";
            createdAt: number;
            /** @description While it is pending, after a first attempt */
            nextAttemptAt?: number | undefined;
            attempts: components["schemas"]["DeliveryAttempt"][];
            /** @description As it is sent, to the byte; fixed when the event happened */
            body: string;
        };
        DirectUpload: {
            parts: components["schemas"]["MissingPart"][];
            /** @description Until when the URLs can be used, in ms since the epoch */
            urlsExpireAt: number;
            id: string;
            /** @description Names the upload in POST /api/transcode */
            sourceUrl: string;
            sizeBytes: number;
            /** @description Of every part but the last */
            partBytes: number;
            partCount: number;
            /** @description When it is removed unless it is complete, in ms since the epoch */
            expiresAt: number;
        };
        DirectUploadRequest: {
            /** @description Tells what is media by its ending, and names jobs */
            filename?: string | undefined;
            /** @description Media type, such as video/mp4 */
            filetype?: string | undefined;
            /** @description Of the whole file */
            sizeBytes: number;
            /** @description Of the whole file; the service reads it back from the store to compare */
            sha256?: string | undefined;
        };
        DryRun: {
            title: string;
            request: components["schemas"]["AcceptedRequest"];
            sourceMeta?: components["schemas"]["SourceMeta"] | undefined;
            /** @description Of the sources that are appended to the first */
            appendedSources?: components["schemas"]["SourceMeta"][] | undefined;
            profiles: components["schemas"]["VideoRendition"][];
            audioProfiles: components["schemas"]["AudioRendition"][];
            plan?: components["schemas"]["JobPlan"] | undefined;
            warnings: components["schemas"]["Warning"][];
            failure?: components["schemas"]["JobFailure"] | undefined;
            /** @description Whether the job could be planned; if not, failure says why */
            valid: boolean;
            /** @description Where there is a plan */
            estimate?: {
                /** @description Seconds that encoders run, those of all chunks added up */
                encodeSeconds: number;
                /** @description Size of the finished tree */
                outputBytes: number;
                /** @description How many finished jobs it is corrected by; 0: a rough guess for a common processor */
                basedOn: number;
            } | undefined;
        };
        EncodeLimits: {
            maxCpuPercent?: number | undefined;
            maxMemoryMb: number;
            maxDiskMb: number;
            timeoutSec: number;
        };
        IssuedKey: {
            id: string;
            tenantId: string;
            name: string;
            scopes: ("submit" | "read" | "operate" | "admin")[];
            createdAt: number;
            expiresAt?: number | undefined;
            revokedAt?: number | undefined;
            /** @description To about a minute */
            lastUsedAt?: number | undefined;
            /** @description The key itself; it is shown this once, and kept nowhere */
            key: string;
        };
        Job: {
            id: string;
            /** @default default */
            tenantId: string;
            userId: string;
            title: string;
            /** @description The batch that it came with */
            batchId?: string | undefined;
            status: components["schemas"]["JobState"];
            progress: components["schemas"]["JobProgress"];
            createdAt: number;
            startedAt?: number | undefined;
            completedAt?: number | undefined;
            error?: string | undefined;
            failure?: components["schemas"]["JobFailure"] | undefined;
            warnings: components["schemas"]["Warning"][];
            /** @description 1 (most urgent) to 9, as it is by now */
            priority: number;
            paused: boolean;
            waitingFor?: string | undefined;
            /** @description While it waits: its estimated place in the queue */
            queue?: components["schemas"]["QueueOutlook"] | undefined;
            request: components["schemas"]["AcceptedRequest"];
            sourceMeta?: components["schemas"]["SourceMeta"] | undefined;
            /** @description Of the sources that are appended to the first */
            appendedSources?: components["schemas"]["SourceMeta"][] | undefined;
            profiles: components["schemas"]["VideoRendition"][];
            audioProfiles: components["schemas"]["AudioRendition"][];
            plan?: components["schemas"]["JobPlan"] | undefined;
            /** @description Seconds that encoders ran for the pieces that are finished, added up */
            encodeSeconds?: number | undefined;
            phases: {
                state: components["schemas"]["JobState"];
                startedAt: number;
                endedAt?: number | undefined;
            }[];
            renditions: components["schemas"]["Rendition"][];
            segments: components["schemas"]["Segment"][];
            output?: components["schemas"]["JobOutput"] | undefined;
            links: components["schemas"]["JobLinks"];
        };
        JobFailure: {
            /** @enum {string} */
            code: "SOURCE_NOT_FOUND" | "SOURCE_UNREACHABLE" | "SOURCE_FORBIDDEN" | "SOURCE_EMPTY" | "SOURCE_NOT_MEDIA" | "SOURCE_NO_VIDEO" | "SOURCE_NO_AUDIO" | "SOURCE_DAMAGED" | "SOURCE_UNSUPPORTED" | "SOURCE_LIMIT_EXCEEDED" | "SOURCE_CHANGED" | "PLAN_INVALID" | "OUTPUT_INVALID" | "ENCODER_CRASHED" | "ENCODER_TIMED_OUT" | "ENCODER_OUT_OF_MEMORY" | "ENCODER_OUT_OF_DISK" | "ENCODER_OUTPUT_INVALID" | "QUALITY_MISALIGNED" | "VMAF_UNAVAILABLE" | "STORE_UNAVAILABLE" | "STORE_FULL" | "CATALOGUE_UNAVAILABLE" | "SOURCE_INTERRUPTED" | "WORKER_LOST" | "PROBE_CRASHED" | "SANDBOX_REQUIRED" | "WORKER_BUSY" | "WORKER_DISK_LOW" | "TEMPORAL_UNAVAILABLE" | "BATCH_RUNNING" | "DRY_RUN_TIMED_OUT" | "WEBHOOK_REFUSED" | "INTERNAL";
            message: string;
            hint: string;
            phase: components["schemas"]["JobState"];
            retryable: boolean;
        };
        JobFields: {
            sourceUrl?: string | undefined;
            /**
             * @description On whose behalf; users take turns in the queue
             * @default anonymous
             */
            userId?: string | undefined;
            /** @description Called, signed, when something of webhookEvents happens */
            webhookUrl?: string | undefined;
            /**
             * @description What webhookUrl is told: by default how the job ended
             * @default [
             *       "job.completed",
             *       "job.failed",
             *       "job.cancelled"
             *     ]
             */
            webhookEvents?: ("job.queued" | "job.started" | "job.progress" | "rendition.ready" | "job.completed" | "job.failed" | "job.cancelled")[] | undefined;
            /** @description 1 (most urgent) to 9, or live, high, medium, low, batch */
            priority?: (number | ("live" | "high" | "medium" | "low" | "batch")) | undefined;
            /**
             * @default default
             * @enum {string}
             */
            queue?: ("live" | "default" | "batch") | undefined;
            /**
             * @default auto
             * @enum {string}
             */
            engine?: ("auto" | "ffmpeg") | undefined;
            /**
             * @description hardware: on GPUs where a worker has proved an encoder, else in software, with a warning
             * @default software
             * @enum {string}
             */
            acceleration?: ("software" | "hardware") | undefined;
            /**
             * @description Labels a benchmark run; recorded, no effect
             * @enum {string}
             */
            confidence?: "auto" | undefined;
            /** @description By default hls-default, or that of the scenario */
            ladder?: (("hls-default" | "hls-hevc" | "av1" | "vp9" | "multi-codec" | "audio-only") | components["schemas"]["VideoProfile"][]) | undefined;
            /**
             * @description A preset; with a generated source where sourceUrl is left out
             * @enum {string}
             */
            scenario?: ("720p30-h264" | "720p60-h264" | "1080p-h264" | "1080p60-h264" | "4K30-h264" | "4K60-h264" | "720p30-h265" | "1080p-h265" | "1080p60-h265" | "4K60-h265" | "1080p-vp9" | "4K30-vp9" | "1080p-av1" | "4K60-av1") | undefined;
            /** @description What to change of the scenario */
            parameters?: {
                /** @description Whole seconds: of the test source (by default 10), or taken of the source */
                duration?: number | undefined;
                /** @description Instead of the scenario's bit rate: 5M, 2500k, or a number of kbit/s */
                bitrate?: (number | string) | undefined;
            } | undefined;
            /**
             * @default {
             *       "codec": "aac",
             *       "bitrateKbps": 128,
             *       "channels": "stereo"
             *     }
             */
            audio?: components["schemas"]["AudioProfile"] | undefined;
            /** @description Leave out what comes before this time of the source */
            startSeconds?: number | undefined;
            /** @description Leave out what comes from this time of the source on */
            endSeconds?: number | undefined;
            /**
             * @description Further sources, shown one after the other behind the first
             * @default []
             */
            append?: components["schemas"]["AppendedSource"][] | undefined;
            /**
             * @description Length of a segment in seconds
             * @default 6
             */
            segmentSeconds?: number | undefined;
            /** @default {} */
            resourceLimits?: components["schemas"]["ResourceLimits"] | undefined;
            /**
             * @description Measure how like the source each rendition and segment is: VMAF, PSNR, SSIM
             * @default false
             */
            qualityReport?: boolean | undefined;
            /**
             * @description To find the job by; as JSON at most 2048 bytes of UTF-8
             * @default []
             */
            labels?: string[] | undefined;
            /**
             * @description Texts of your own, given back with the job and in its webhooks: 20 at most, each named by a letter and up to 63 letters, digits or characters of _.:-
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            } | undefined;
            /** @description A name for people; by default the file name */
            title?: string | undefined;
        };
        JobLinks: {
            self: string;
            /** @description The HLS master playlist, when the job is complete; where URLs are signed, its query serves for every file of the output, for a day */
            manifest: string;
            /** @description A page that plays it */
            play: string;
            /** @description The job's history in Temporal UI */
            temporal: string;
        };
        JobOutput: {
            folderKey: string;
            master: string;
            files: number;
            sizeBytes: number;
            durationSeconds: number;
        };
        JobPage: {
            jobs: components["schemas"]["JobSummary"][];
            /** @description For the next page; absent on the last */
            nextCursor?: string | undefined;
        };
        JobPlan: {
            version: number;
            frames: number;
            segments: number;
            chunks: number;
            durationSeconds: number;
            limits?: components["schemas"]["EncodeLimits"] | undefined;
        };
        JobProgress: {
            /** @description Segments times renditions, and one per audio rendition */
            total: number;
            completed: number;
            failed: number;
            running: number;
            percent: number;
            /** @description When the job should be ready; absent while nothing is known or when it has ended */
            eta?: number | undefined;
            /** @description Media seconds encoded per second since encoding began, all renditions together counting once */
            speed?: number | undefined;
        };
        JobRequest: {
            sourceUrl?: string | undefined;
            /**
             * @description On whose behalf; users take turns in the queue
             * @default anonymous
             */
            userId?: string | undefined;
            /** @description Called, signed, when something of webhookEvents happens */
            webhookUrl?: string | undefined;
            /**
             * @description What webhookUrl is told: by default how the job ended
             * @default [
             *       "job.completed",
             *       "job.failed",
             *       "job.cancelled"
             *     ]
             */
            webhookEvents?: ("job.queued" | "job.started" | "job.progress" | "rendition.ready" | "job.completed" | "job.failed" | "job.cancelled")[] | undefined;
            /** @description 1 (most urgent) to 9, or live, high, medium, low, batch */
            priority?: (number | ("live" | "high" | "medium" | "low" | "batch")) | undefined;
            /**
             * @default default
             * @enum {string}
             */
            queue?: ("live" | "default" | "batch") | undefined;
            /**
             * @default auto
             * @enum {string}
             */
            engine?: ("auto" | "ffmpeg") | undefined;
            /**
             * @description hardware: on GPUs where a worker has proved an encoder, else in software, with a warning
             * @default software
             * @enum {string}
             */
            acceleration?: ("software" | "hardware") | undefined;
            /**
             * @description Labels a benchmark run; recorded, no effect
             * @enum {string}
             */
            confidence?: "auto" | undefined;
            /** @description By default hls-default, or that of the scenario */
            ladder?: (("hls-default" | "hls-hevc" | "av1" | "vp9" | "multi-codec" | "audio-only") | components["schemas"]["VideoProfile"][]) | undefined;
            /**
             * @description A preset; with a generated source where sourceUrl is left out
             * @enum {string}
             */
            scenario?: ("720p30-h264" | "720p60-h264" | "1080p-h264" | "1080p60-h264" | "4K30-h264" | "4K60-h264" | "720p30-h265" | "1080p-h265" | "1080p60-h265" | "4K60-h265" | "1080p-vp9" | "4K30-vp9" | "1080p-av1" | "4K60-av1") | undefined;
            /** @description What to change of the scenario */
            parameters?: {
                /** @description Whole seconds: of the test source (by default 10), or taken of the source */
                duration?: number | undefined;
                /** @description Instead of the scenario's bit rate: 5M, 2500k, or a number of kbit/s */
                bitrate?: (number | string) | undefined;
            } | undefined;
            /**
             * @default {
             *       "codec": "aac",
             *       "bitrateKbps": 128,
             *       "channels": "stereo"
             *     }
             */
            audio?: components["schemas"]["AudioProfile"] | undefined;
            /** @description Leave out what comes before this time of the source */
            startSeconds?: number | undefined;
            /** @description Leave out what comes from this time of the source on */
            endSeconds?: number | undefined;
            /**
             * @description Further sources, shown one after the other behind the first
             * @default []
             */
            append?: components["schemas"]["AppendedSource"][] | undefined;
            /**
             * @description Length of a segment in seconds
             * @default 6
             */
            segmentSeconds?: number | undefined;
            /** @default {} */
            resourceLimits?: components["schemas"]["ResourceLimits"] | undefined;
            /**
             * @description Measure how like the source each rendition and segment is: VMAF, PSNR, SSIM
             * @default false
             */
            qualityReport?: boolean | undefined;
            /**
             * @description To find the job by; as JSON at most 2048 bytes of UTF-8
             * @default []
             */
            labels?: string[] | undefined;
            /**
             * @description Texts of your own, given back with the job and in its webhooks: 20 at most, each named by a letter and up to 63 letters, digits or characters of _.:-
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            } | undefined;
            /** @description A name for people; by default the file name */
            title?: string | undefined;
        };
        /** @enum {string} */
        JobState: "pending" | "probing" | "splitting" | "transcoding" | "merging" | "completed" | "failed" | "cancelled";
        JobSummary: {
            id: string;
            /** @default default */
            tenantId: string;
            userId: string;
            title: string;
            /** @description The batch that it came with */
            batchId?: string | undefined;
            status: components["schemas"]["JobState"];
            progress: components["schemas"]["JobProgress"];
            createdAt: number;
            startedAt?: number | undefined;
            completedAt?: number | undefined;
            error?: string | undefined;
            failure?: components["schemas"]["JobFailure"] | undefined;
            warnings: components["schemas"]["Warning"][];
            /** @description 1 (most urgent) to 9, as it is by now */
            priority: number;
            paused: boolean;
            waitingFor?: string | undefined;
            request: components["schemas"]["AcceptedRequest"];
            profiles: components["schemas"]["VideoRendition"][];
            audioProfiles: components["schemas"]["AudioRendition"][];
            plan?: components["schemas"]["JobPlan"] | undefined;
            /** @description Seconds that encoders ran for the pieces that are finished, added up */
            encodeSeconds?: number | undefined;
            output?: components["schemas"]["JobOutput"] | undefined;
            links: components["schemas"]["JobLinks"];
        };
        KeyList: {
            keys: components["schemas"]["ApiKey"][];
        };
        MissingPart: {
            /** @description From 1 on; part n begins at byte (n - 1) * partBytes */
            number: number;
            /** @description Neither more nor less is taken */
            sizeBytes: number;
            /** @description For a PUT without further headers */
            url: string;
        };
        MissingParts: {
            parts: components["schemas"]["MissingPart"][];
            /** @description Until when the URLs can be used, in ms since the epoch */
            urlsExpireAt: number;
        };
        NewKey: {
            /** @description What it is for, for people */
            name: string;
            /** @description What it allows; admin includes the others */
            scopes: ("submit" | "read" | "operate" | "admin")[];
            /** @description ms since the epoch; by default it does not end */
            expiresAt?: number | undefined;
        };
        NewTenant: {
            id: string;
            /** @description A name for people */
            title?: string | undefined;
            /**
             * @description Share of the workers against other tenants of the same priority
             * @default 1
             */
            weight?: number | undefined;
            /**
             * @description The most urgent priority that its jobs may have
             * @default 4
             */
            priorityCeiling?: number | undefined;
            /** @default {} */
            quotas?: components["schemas"]["Quotas"] | undefined;
        };
        NewWebhookSecret: {
            id: string;
            createdAt: number;
            /** @description `whsec_` and base64, as the libraries of Standard Webhooks take it; shown once */
            secret: string;
        };
        Problem: {
            /** @description Identifies the kind of problem */
            type: string;
            title: string;
            /** @description The number of the answer; where a job is in the wrong state for the request: that state */
            status: number | components["schemas"]["JobState"];
            /** @description What is wrong with this very request */
            detail: string;
            /** @description The path of the request */
            instance: string;
            /**
             * @description Stable; clients may branch on it
             * @enum {string}
             */
            code: "VALIDATION_FAILED" | "MALFORMED_JSON" | "MALFORMED_CSV" | "BAD_REQUEST" | "KEY_REQUIRED" | "KEY_INVALID" | "SCOPE_MISSING" | "PRIORITY_NOT_GRANTED" | "CLIENT_CERTIFICATE_REQUIRED" | "PROXY_REQUIRED" | "HOST_FORBIDDEN" | "ORIGIN_FORBIDDEN" | "PLAYBACK_FORBIDDEN" | "UPLOAD_NOT_USABLE" | "TUS_REQUEST_INVALID" | "UPLOAD_FORM_INVALID" | "UPLOAD_NOT_FOUND" | "UPLOAD_OFFSET_CONFLICT" | "UPLOAD_INCOMPLETE" | "UPLOAD_DIRECT_UNAVAILABLE" | "UPLOAD_IS_DIRECT" | "TUS_VERSION_UNSUPPORTED" | "UPLOAD_TOO_LARGE" | "UPLOAD_NO_ROOM" | "UPLOAD_STALLED" | "REQUEST_TIMEOUT" | "BODY_STALLED" | "UPLOAD_KIND_REFUSED" | "UPLOAD_LOCKED" | "UPLOAD_CHECKSUM_MISMATCH" | "JOB_NOT_FOUND" | "DELIVERY_NOT_FOUND" | "BATCH_NOT_FOUND" | "FILE_NOT_FOUND" | "TENANT_NOT_FOUND" | "KEY_NOT_FOUND" | "ROUTE_NOT_FOUND" | "METHOD_NOT_ALLOWED" | "JOB_ENDED" | "JOB_NOT_TRANSCODING" | "RENDITION_NOT_FOUND" | "JOB_NOT_FAILED" | "BATCH_ENDED" | "JOB_NOT_COMPLETE" | "IDEMPOTENCY_KEY_REUSED" | "TENANT_EXISTS" | "KEY_ENDED" | "BODY_TOO_LARGE" | "RANGE_NOT_SATISFIABLE" | "RATE_LIMITED" | "QUOTA_EXCEEDED" | "HEADERS_TOO_LARGE" | "STREAMS_EXCEEDED" | "DRY_RUNS_EXCEEDED" | "INTERNAL" | "NOT_READY" | "TEMPORAL_UNAVAILABLE" | "STORE_UNAVAILABLE" | "STORE_FULL" | "CATALOGUE_UNAVAILABLE" | "DRY_RUN_PENDING";
            /** @description The same sentence as detail */
            error: string;
            hint?: string | undefined;
            errors?: {
                path: string;
                message: string;
                /**
                 * @description The value has the form that is described here, but not with the others, or not in this place
                 * @enum {boolean}
                 */
                rule?: true | undefined;
            }[] | undefined;
        } & {
            [key: string]: unknown;
        };
        Quality: {
            vmaf?: number | undefined;
            vmafHarmonicMean?: number | undefined;
            vmafLowest?: number | undefined;
            psnrYDb: number;
            psnrDb: number;
            ssim: number;
        };
        QueueOutlook: {
            /** @description Jobs of which encodes should begin before the first one of this */
            jobsAhead: number;
            /** @description Seconds that their encoders, added up, should still run before it; in tens */
            encodeSecondsAhead: number;
            /** @description When its first encode should begin; absent while none can */
            startsAt?: number | undefined;
        };
        QueueState: {
            name: string;
            pollers: number;
            /** @description Tasks that wait, approximately */
            backlog: number;
            /** @description How long the oldest of them has waited */
            backlogAgeSeconds: number;
            tasksAddedPerSecond: number;
            tasksDispatchedPerSecond: number;
        };
        Quotas: {
            /** @description Jobs that have not ended */
            concurrentJobs?: number | undefined;
            /** @description Minutes of finished output, by day in UTC */
            minutesPerDay?: number | undefined;
            /** @description Bytes of all output that there is; an upload has to fit in beside it and other uploads */
            storageBytes?: number | undefined;
        };
        Rational: {
            num: number;
            den: number;
        };
        RebuildState: {
            /**
             * @description none: not since the service started
             * @enum {string}
             */
            status: "none" | "running" | "completed" | "failed";
            /** @description Jobs restored from their logs in the store */
            fromStore: number;
            /** @description Jobs restored from their histories in Temporal */
            fromTemporal: number;
            batches: number;
            /** @description Tenants restored from their backup in the store, beside those that were there */
            tenants: number;
            /** @description API keys restored from their backup, beside those that were there */
            keys: number;
            /**
             * @description What became of the backup of tenants and keys
             * @enum {string}
             */
            accessBackup: "unread" | "absent" | "restored" | "damaged";
            startedAt?: number | undefined;
            completedAt?: number | undefined;
            error?: string | undefined;
            /** @description Of the error, where it has one */
            code?: string | undefined;
            /** @description What to do about the error */
            hint?: string | undefined;
        };
        Rendition: {
            name: string;
            /** @enum {string} */
            kind: "video" | "audio" | "subtitles";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "merged";
            percent: number;
            measured?: {
                name: string;
                /** @enum {string} */
                kind: "video" | "audio" | "subtitles";
                playlist: string;
                codecs: string;
                segments: number;
                samples: number;
                durationSeconds: number;
                sizeBytes: number;
                peakBitsPerSecond: number;
                averageBitsPerSecond: number;
                width?: number | undefined;
                height?: number | undefined;
                frameRate?: number | undefined;
                startSeconds: number;
                quality?: components["schemas"]["Quality"] | undefined;
            } | undefined;
        };
        ResourceLimits: {
            maxCpuPercent?: number | undefined;
            maxMemoryMb?: number | undefined;
            maxDiskMb?: number | undefined;
            timeoutSec?: number | undefined;
        };
        Rotation: {
            /**
             * @description How long the old key goes on to work beside the new one
             * @default 86400
             */
            overlapSeconds?: number | undefined;
        };
        Segment: {
            index: number;
            rendition: string;
            /** @enum {string} */
            status: "pending" | "assigned" | "processing" | "completed" | "failed";
            worker?: string | undefined;
            retryCount: number;
            speed?: number | undefined;
            /** @description Bytes of the source that were fetched for its chunk; absent where it was read in place */
            fetchedBytes?: number | undefined;
        };
        SentEvent: {
            /** @description The position in the log; events of other types have none */
            id?: string | undefined;
            /**
             * @description message where it is left out
             * @enum {string}
             */
            event?: ("message" | "progress" | "end") | undefined;
            /** @description JSON, in one line */
            data: string;
        };
        SourceMeta: {
            container: string;
            sizeBytes: number;
            durationSeconds: number;
            startSeconds: number;
            video?: components["schemas"]["VideoTrack"] | undefined;
            audio: components["schemas"]["AudioTrack"][];
            /** @default [] */
            subtitles: {
                streamIndex: number;
                codec: string;
                /** @enum {string} */
                kind: "text" | "image";
                language?: string | undefined;
                title?: string | undefined;
                isDefault: boolean;
                isForced: boolean;
            }[];
            otherVideoTracks: number;
            undecodableAudioTracks: number;
        };
        Steered: {
            status: components["schemas"]["JobState"];
            paused: boolean;
        };
        Submitted: {
            jobId: string;
            status: components["schemas"]["JobState"];
        };
        SubmittedBatch: {
            batchId: string;
            /** @enum {string} */
            status: "running" | "cancelling" | "completed" | "failed" | "cancelled";
            /** @description How many jobs it has */
            jobs: number;
        };
        Tenant: {
            id: string;
            /** @description A name for people */
            title?: string | undefined;
            /**
             * @description Share of the workers against other tenants of the same priority
             * @default 1
             */
            weight: number;
            /**
             * @description The most urgent priority that its jobs may have
             * @default 4
             */
            priorityCeiling: number;
            /** @default {} */
            quotas: components["schemas"]["Quotas"];
            /** @description ms since the epoch */
            createdAt: number;
        };
        TenantList: {
            tenants: components["schemas"]["Tenant"][];
        };
        TenantSettings: {
            /** @description A name for people */
            title?: string | undefined;
            /**
             * @description Share of the workers against other tenants of the same priority
             * @default 1
             */
            weight?: number | undefined;
            /**
             * @description The most urgent priority that its jobs may have
             * @default 4
             */
            priorityCeiling?: number | undefined;
            /** @default {} */
            quotas?: components["schemas"]["Quotas"] | undefined;
        };
        Upload: {
            id: string;
            filename?: string | undefined;
            /** @description Of the whole file */
            sizeBytes: number;
            /** @description Bytes that have arrived */
            offset: number;
            /**
             * @description Jobs take complete ones
             * @enum {string}
             */
            status: "unfinished" | "complete";
            createdAt: number;
            /** @description When it is removed if nothing comes and no job takes it; absent while a job needs it */
            expiresAt?: number | undefined;
            /** @description Of the whole content, when it is complete; of a direct upload only if it was announced */
            sha256?: string | undefined;
        };
        Usage: {
            tenantId: string;
            now: {
                /** @description Jobs that have not ended */
                runningJobs: number;
                /** @description Minutes of output finished today, in UTC */
                minutesToday: number;
                /** @description Bytes of all output */
                storedBytes: number;
            };
            quotas: components["schemas"]["Quotas"];
            /** @description Days on which there was any, in order */
            days: components["schemas"]["UsageDay"][];
        };
        UsageDay: {
            /** @description In UTC, such as 2026-11-30 */
            day: string;
            /** @description Jobs submitted */
            jobs: number;
            /** @description Minutes of output of the jobs that completed */
            minutes: number;
            /** @description Bytes of output that came, less those that went */
            bytes: number;
        };
        VideoProfile: {
            /** @description Names the rendition and its folder, e.g. 720p */
            name: string;
            /** @description Length of the shorter side in pixels */
            shortSide: number;
            /**
             * @default h264
             * @enum {string}
             */
            codec?: ("h264" | "hevc" | "vp9" | "av1") | undefined;
            /** @description Ceiling of the bit rate (VBV maxrate) in kbit/s */
            maxrateKbps: number;
            /** @description Constant rate factor under the ceiling; by default 22 (h264), 24 (hevc), 32 (vp9, av1) */
            crf?: number | undefined;
            /** @description An average bit rate in kbit/s, instead of constant quality */
            averageKbps?: number | undefined;
            /**
             * @description 2: averageKbps is met better, in twice the time; for h264 and hevc
             * @default 1
             */
            passes?: (1 | 2) | undefined;
            /**
             * @description Speed of the encoder
             * @default medium
             * @enum {string}
             */
            preset?: ("ultrafast" | "superfast" | "veryfast" | "faster" | "fast" | "medium" | "slow" | "slower" | "veryslow") | undefined;
            /** @description Ceiling of the frame rate: every second, third ... frame of a faster source is kept */
            maxFrameRate?: number | undefined;
            /**
             * @description source: HDR stays HDR (hevc, av1); sdr: it is tone-mapped
             * @default sdr
             * @enum {string}
             */
            dynamicRange?: ("sdr" | "source") | undefined;
        };
        VideoRendition: {
            name: string;
            width: number;
            height: number;
            /** @enum {string} */
            codec: "h264" | "hevc" | "vp9" | "av1";
            encoder: string;
            preset: string;
            crf?: number | undefined;
            averageKbps?: number | undefined;
            passes?: number | undefined;
            maxrateKbps: number;
            bufsizeKbps: number;
            maxFrameRate?: number | undefined;
            /** @enum {string} */
            dynamicRange?: ("pq" | "hlg") | undefined;
        };
        VideoTrack: {
            streamIndex: number;
            codec: string;
            codedWidth: number;
            codedHeight: number;
            sampleAspectRatio: components["schemas"]["Rational"];
            rotationDegrees: number;
            displayWidth: number;
            displayHeight: number;
            pixelFormat: string;
            transfer?: string | undefined;
            primaries?: string | undefined;
            matrix?: string | undefined;
            range?: string | undefined;
            /** @enum {string} */
            hdr: "none" | "pq" | "hlg";
            hasDynamicHdr?: boolean | undefined;
            interlaced: boolean;
            /** @enum {string} */
            fieldOrder?: ("tff" | "bff") | undefined;
            hasAlpha?: boolean | undefined;
            dolbyVisionProfile?: number | undefined;
            timeBase: components["schemas"]["Rational"];
            frameRate?: components["schemas"]["Rational"] | undefined;
            frameCount: number;
            startSeconds: number;
            durationSeconds: number;
            bitrateKbps?: number | undefined;
        };
        Warning: {
            /** @enum {string} */
            code: "AUDIO_LEAD_TRIMMED" | "AUDIO_DOWNMIXED" | "AUDIO_TRACKS_SKIPPED" | "AUDIO_UNDECODABLE" | "SUBTITLES_SKIPPED" | "VIDEO_TRACKS_SKIPPED" | "HDR_TONE_MAPPED" | "CHROMA_REDUCED" | "ALPHA_DROPPED" | "BIT_DEPTH_REDUCED" | "COLOUR_CONVERTED" | "PICTURE_FITTED" | "AUDIO_MISSING" | "AUDIO_LANGUAGE_DIFFERS" | "AUDIO_TAIL_TRIMMED" | "HDR_METADATA_DROPPED" | "DEINTERLACED" | "DOLBY_VISION_DROPPED" | "FRAME_RATE_REDUCED" | "LIMIT_CLAMPED" | "LIMIT_NOT_ENFORCED" | "SANDBOX_UNAVAILABLE" | "GPU_UNAVAILABLE" | "RENDITION_FELL_BACK" | "QUALITY_NOT_MEASURED" | "VMAF_NOT_MEASURED";
            message: string;
        };
        WebhookSecrets: {
            secrets: {
                id: string;
                createdAt: number;
                /** @description When it stops signing beside its successor; absent for the newest */
                signsUntil?: number | undefined;
            }[];
        };
        Worker: {
            id: string;
            host: string;
            pid: number;
            roles: string[];
            queues: string[];
            slots: {
                [key: string]: number;
            };
            /**
             * @description offline: neither it nor its Temporal client has said anything for 30 s
             * @enum {string}
             */
            status: "starting" | "idle" | "busy" | "quarantined" | "draining" | "offline";
            statusReasons: string[];
            currentTasks: {
                activity: string;
                workflowId: string;
                unit?: string | undefined;
                attempt: number;
                startedAt: number;
            }[];
            tasksCompleted: number;
            tasksFailed: number;
            recentFailures: {
                at: number;
                activity: string;
                workflowId: string;
                unit?: string | undefined;
                code: string;
                message: string;
            }[];
            lastHeartbeat: number;
            registeredAt: number;
            cpuModel: string;
            cpuThreads: number;
            ramTotalBytes: number;
            gpus: string[];
            encoders: string[];
            encoderBuild?: string | undefined;
            proved: {
                name: string;
                device: string;
                works: boolean;
                reason?: string | undefined;
                sha256?: string | undefined;
                speed?: number | undefined;
            }[];
            limits?: {
                control: string;
                holds: string[];
                note?: string | undefined;
            } | undefined;
            isolation?: string | undefined;
            disk?: {
                freeBytes: number;
                totalBytes: number;
                reservedBytes: number;
            } | undefined;
            deployment?: {
                name: string;
                buildId: string;
            } | undefined;
            /** @description Its roles, joined by + */
            role: string;
            /** @description The first of currentTasks */
            currentTask?: string | undefined;
            /** @description Its entries in the worker registry of Temporal */
            temporal: components["schemas"]["WorkerRegistration"][];
        };
        WorkerPool: {
            pool: {
                total: number;
                starting: number;
                idle: number;
                busy: number;
                quarantined: number;
                draining: number;
                offline: number;
            };
            workers: components["schemas"]["Worker"][];
            /** @description Workers that Temporal hears but that have no readable report; not counted in pool */
            unreported: {
                /** @description The identity that it gave to Temporal */
                id: string;
                /** @description ms since the epoch */
                lastHeartbeat: number;
                temporal: components["schemas"]["WorkerRegistration"][];
            }[];
            /** @description Empty while Temporal does not answer */
            queues: components["schemas"]["QueueState"][];
            /** @description Why there is nothing of Temporal in the answer */
            temporalUnavailable?: string | undefined;
        };
        WorkerRegistration: {
            taskQueue: string;
            /** @description running, shutting-down, ... */
            status: string;
            /** @description ms since the epoch */
            lastHeartbeat: number;
            slotsUsed: number;
            /** @description Absent where their number has no fixed bound */
            slotsAvailable?: number | undefined;
            pollers: number;
        };
    };
    responses: {
        /** @description VALIDATION_FAILED, MALFORMED_JSON, MALFORMED_CSV, BAD_REQUEST, UPLOAD_NOT_USABLE, TUS_REQUEST_INVALID, UPLOAD_FORM_INVALID */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description KEY_REQUIRED, KEY_INVALID */
        401: {
            headers: {
                /** @description Bearer, and what is wrong with the key (RFC 6750) */
                "WWW-Authenticate": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description SCOPE_MISSING, PRIORITY_NOT_GRANTED, CLIENT_CERTIFICATE_REQUIRED, PROXY_REQUIRED, HOST_FORBIDDEN, ORIGIN_FORBIDDEN, PLAYBACK_FORBIDDEN */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_NOT_FOUND, JOB_NOT_FOUND, DELIVERY_NOT_FOUND, BATCH_NOT_FOUND, FILE_NOT_FOUND, TENANT_NOT_FOUND, KEY_NOT_FOUND, ROUTE_NOT_FOUND, RENDITION_NOT_FOUND */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_STALLED, REQUEST_TIMEOUT, BODY_STALLED */
        408: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_OFFSET_CONFLICT, UPLOAD_INCOMPLETE, UPLOAD_DIRECT_UNAVAILABLE, UPLOAD_IS_DIRECT, JOB_ENDED, JOB_NOT_TRANSCODING, JOB_NOT_FAILED, BATCH_ENDED, JOB_NOT_COMPLETE, IDEMPOTENCY_KEY_REUSED, TENANT_EXISTS, KEY_ENDED */
        409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description TUS_VERSION_UNSUPPORTED */
        412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_TOO_LARGE, BODY_TOO_LARGE */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_KIND_REFUSED */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description RANGE_NOT_SATISFIABLE */
        416: {
            headers: {
                /** @description The size of the file */
                "Content-Range": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_LOCKED */
        423: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description RATE_LIMITED, QUOTA_EXCEEDED, STREAMS_EXCEEDED, DRY_RUNS_EXCEEDED */
        429: {
            headers: {
                /** @description In how many seconds it may work, where that is known */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description HEADERS_TOO_LARGE */
        431: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_CHECKSUM_MISMATCH */
        460: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description NOT_READY, TEMPORAL_UNAVAILABLE, STORE_UNAVAILABLE, STORE_FULL, CATALOGUE_UNAVAILABLE */
        503: {
            headers: {
                /** @description In how many seconds to ask again */
                "Retry-After": string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description UPLOAD_NO_ROOM */
        507: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    transcode: {
        parameters: {
            query?: {
                /** @description true: a dry run, which answers what the job would be and starts none */
                validateOnly?: "true" | "false";
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: {
                /** @description The same key and body give the same job */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
            };
        };
        responses: {
            /** @description What the job would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description The job is durable from now on */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Submitted"];
                };
            };
            /** @description It goes on; the same call again waits on */
            202: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "planning";
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description One state, or several joined by commas */
                status?: string;
                user?: string;
                label?: string;
                /** @description Jobs of this batch */
                batch?: string;
                /** @description Submitted at this time or later, ms since the epoch */
                createdAfter?: number;
                /** @description Submitted before this time, ms since the epoch */
                createdBefore?: number;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Jobs on a page */
                limit?: number;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    cancelJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job is cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "cancelled";
                    };
                };
            };
            /** @description It goes on; the same call again waits on */
            202: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "cancelling";
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    changeJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 1 (most urgent) to 9, or live, high, medium, low, batch */
                    priority: number | ("live" | "high" | "medium" | "low" | "batch");
                };
            };
        };
        responses: {
            /** @description The queues know */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getManifest: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The playlist */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apple.mpegurl": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    followJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: {
                /** @description The position of the last event that the client has; browsers send it by themselves */
                "Last-Event-ID"?: number;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events of the log, by position; `progress` as it changes; `end` when nothing more comes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["SentEvent"];
                };
            };
            /** @description The job has ended, and the client has all of its log */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listAttempts: {
        parameters: {
            query?: {
                /** @description Those at this unit alone */
                unit?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Attempts on a page */
                limit?: number;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, in order of their start */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttemptPage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    pauseJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job is paused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    resumeJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    retryJob: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job is durable again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Submitted"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    redoRendition: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be encoded again before the job is merged */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of their events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getDelivery: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryWithBody"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    sendDeliveryAgain: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryWithBody"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listWebhookSecrets: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecrets"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhookSecret"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    createKey: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    rotateKey: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedKey"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    revokeKey: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listTenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantList"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenant"];
            };
        };
        responses: {
            /** @description The tenant */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    setTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantSettings"];
            };
        };
        responses: {
            /** @description The tenant as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; by default 30 days ago */
                from?: string;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    createUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: {
                /** @description tus: e.g. sha1 and a digest in base64 */
                "Upload-Checksum"?: string;
                /** @description tus: e.g. filename d2Fsay5tcDQ= */
                "Upload-Metadata"?: string;
                /** @description tus: size of the file in bytes */
                "Upload-Length"?: string;
                /** @description For tus */
                "Tus-Resumable"?: "1.0.0";
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description Form: the upload is complete. tus: it has begun. Location is its address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUpload"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            423: components["responses"]["423"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            460: components["responses"]["460"];
            503: components["responses"]["503"];
            507: components["responses"]["507"];
        };
    };
    describeUploads: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    deleteUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getUploadOffset: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header: {
                /** @description The version */
                "Tus-Resumable": "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            423: components["responses"]["423"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    continueUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header: {
                /** @description e.g. sha1 and a digest in base64 */
                "Upload-Checksum"?: string;
                /** @description Where the bytes belong */
                "Upload-Offset": string;
                /** @description The version */
                "Tus-Resumable": "1.0.0";
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description Upload-Offset; after the last byte the upload is complete */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            423: components["responses"]["423"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            460: components["responses"]["460"];
            503: components["responses"]["503"];
        };
    };
    createDirectUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DirectUploadRequest"];
            };
        };
        responses: {
            /** @description It has begun. Location is its address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectUpload"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listMissingParts: {
        parameters: {
            query?: {
                /** @description Only those behind this number */
                after?: number;
                /** @description So many at most */
                limit?: number;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of their numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MissingParts"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    completeUpload: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload, which jobs can take now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            460: components["responses"]["460"];
            503: components["responses"]["503"];
        };
    };
    listBatches: {
        parameters: {
            query?: {
                label?: string;
                /** @description nextCursor of the page before */
                cursor?: string;
                /** @description Batches on a page */
                limit?: number;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of batches */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchPage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    submitBatch: {
        parameters: {
            query?: {
                /** @description Of a CSV manifest: a name for people */
                title?: string;
                /** @description Of a CSV manifest: labels of the batch and of its jobs */
                label?: string[] | string;
                /** @description Of a CSV manifest: called once, when the last job has ended */
                webhookUrl?: string;
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: {
                /** @description The same key and manifest give the same batch */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description What is wrong with a job is named by its place from 0, e.g. `jobs[17].sourceUrl` */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "labels": [
                 *         "night"
                 *       ],
                 *       "jobs": [
                 *         {
                 *           "sourceUrl": "https://media.example/a.mp4"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchRequest"];
                /**
                 * @example sourceUrl,priority,labels
                 *     https://media.example/a.mp4,3,films;night
                 */
                "text/csv": string;
            };
        };
        responses: {
            /** @description The batch is durable from now on */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmittedBatch"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getBatch: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The batch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    cancelBatch: {
        parameters: {
            query?: {
                /** @description For admin keys of the default tenant: the tenant that this is about */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The batch is cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "cancelled";
                    };
                };
            };
            /** @description It goes on; the same call again waits on */
            202: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "cancelling";
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getCatalogueRebuild: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebuildState"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    rebuildCatalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RebuildState"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    listWorkers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pool */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerPool"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
            400: components["responses"]["400"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It would */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready";
                    };
                };
            };
            400: components["responses"]["400"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
    getMedia: {
        parameters: {
            query?: {
                /** @description no: playlists as they are stored, for copies; otherwise signed ones sign what they name */
                rewrite?: "no";
                /** @description Of a signed URL */
                signature?: string;
                /** @description Of a signed URL */
                expires?: string;
            };
            header?: never;
            path: {
                jobId: string;
                /** @description e.g. master.m3u8 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The range of the file that was asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The file is as the client has it */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            408: components["responses"]["408"];
            413: components["responses"]["413"];
            416: components["responses"]["416"];
            429: components["responses"]["429"];
            431: components["responses"]["431"];
            503: components["responses"]["503"];
        };
    };
}
