import type { Config } from '@framefold/config';
import { uploadUrl, UploadView } from '@framefold/domain';
import {
  Controller,
  Delete,
  Get,
  Head,
  Header,
  HttpCode,
  Inject,
  Options,
  Param,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CLOCK, type Clock, CONFIG } from '../tokens.ts';
import { AdmitUpload } from './admit-upload.ts';
import { receiveForm } from './receive-form.ts';
import { assertTusHeaders, TUS_VERSION, TusHeader } from './tus-headers.ts';
import { createTusHandler, type TusHandler, UPLOADS_PATH } from './tus-server.ts';
import { newUploadId } from './upload-id.ts';
import { Uploaded } from './upload-schemas.ts';
import { Uploads } from './uploads.ts';

const FORM = 'multipart/form-data';
const TUS_BODY = 'application/offset+octet-stream';
const BYTES = { type: 'string', format: 'binary' };
const ID = { name: 'id', schema: { type: 'string' } };

/** Files on their way in, by tus 1.0 or in one form. Bodies go to disk as they come; no parser sees them. */
@ApiTags('uploads')
@Controller(UPLOADS_PATH)
export class UploadsController {
  readonly #maxBytes: number;
  readonly #tus: TusHandler;

  constructor(
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(AdmitUpload) private readonly admission: AdmitUpload,
    @Inject(CONFIG) { limits }: Config,
    @Inject(CLOCK) now: Clock,
  ) {
    this.#maxBytes = limits.uploadBytes;
    this.#tus = createTusHandler(uploads, admission, limits.uploadBytes, now);
  }

  @Options()
  @Scope('submit')
  @HttpCode(204)
  @ApiOperation({ operationId: 'describeUploads', summary: 'What this service can of tus 1.0' })
  @ApiResponse({
    status: 204,
    description: 'Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm',
  })
  describe(
    @CalledBy() { tenant }: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.#tus(tenant, request, response);
  }

  @Post()
  @Scope('submit')
  @ApiOperation({
    operationId: 'createUpload',
    summary: 'Upload a file in one form, or begin an upload by tus 1.0',
    description:
      'With Tus-Resumable: creation, and creation-with-upload; metadata filename and filetype. Without it: one file in a form.',
    requestBody: {
      content: {
        [FORM]: {
          schema: { type: 'object', properties: { file: BYTES }, required: ['file'] },
          encoding: { file: { contentType: 'video/*' } },
        },
        [TUS_BODY]: { schema: BYTES },
      },
    },
  })
  @TusHeader('Tus-Resumable', false, 'For tus')
  @TusHeader('Upload-Length', false, 'tus: size of the file in bytes')
  @TusHeader('Upload-Metadata', false, 'tus: e.g. filename d2Fsay5tcDQ=')
  @TusHeader('Upload-Checksum', false, 'tus: e.g. sha1 and a digest in base64')
  @ApiResponse({
    status: 201,
    standardSchema: Uploaded,
    description: 'Form: the upload is complete. tus: it has begun. Location is its address',
  })
  @ProblemResponses(400, 404, 408, 409, 412, 413, 415, 423, 460, 503, 507)
  async create(
    @CalledBy() { tenant }: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    assertTusHeaders(request);
    const isForm = Boolean(request.is(FORM));
    if (!isForm && request.get('tus-resumable') !== undefined) return this.#tus(tenant, request, response);
    if (!isForm) {
      throw new ProblemError('UPLOAD_FORM_INVALID', `The body is not ${FORM}, and Tus-Resumable is missing.`);
    }
    const id = newUploadId();
    // The length is that of the whole form, which is little more than its file; without one it may be any.
    const sizeBytes = Math.min(Number(request.get('content-length') ?? Infinity), this.#maxBytes);
    await this.admission.receiveForm(tenant, id, sizeBytes, () =>
      receiveForm({ tenantId: tenant.id, id }, request, this.uploads, this.#maxBytes),
    );
    const uploaded: Uploaded = { id, sourceUrl: uploadUrl(id) };
    response.status(201).location(`${UPLOADS_PATH}/${id}`).json(uploaded);
  }

  @Head(':id')
  @Scope('submit')
  @ApiOperation({ operationId: 'getUploadOffset', summary: 'tus: how much of an upload has arrived' })
  @ApiParam(ID)
  @TusHeader('Tus-Resumable', true, 'The version')
  @ApiResponse({ status: 200, description: 'Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires' })
  @ProblemResponses(400, 404, 409, 412, 423, 503)
  offset(@CalledBy() { tenant }: Caller, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.#tus(tenant, request, response);
  }

  @Patch(':id')
  @Scope('submit')
  @HttpCode(204)
  @ApiOperation({ operationId: 'continueUpload', summary: 'tus: the next bytes of an upload' })
  @ApiParam(ID)
  @TusHeader('Tus-Resumable', true, 'The version')
  @TusHeader('Upload-Offset', true, 'Where the bytes belong')
  @TusHeader('Upload-Checksum', false, 'e.g. sha1 and a digest in base64')
  @ApiConsumes(TUS_BODY)
  @ApiBody({ schema: BYTES })
  @ApiResponse({ status: 204, description: 'Upload-Offset; after the last byte the upload is complete' })
  @ProblemResponses(400, 404, 408, 409, 412, 413, 423, 460, 503)
  append(@CalledBy() { tenant }: Caller, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.#tus(tenant, request, response);
  }

  @Get(':id')
  @Scope('read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getUpload', summary: 'An upload, with its SHA-256 when it is complete' })
  @ApiResponse({ status: 200, standardSchema: UploadView, description: 'The upload' })
  @ProblemResponses(404, 503)
  upload(@CalledBy() { tenant }: Caller, @Param('id') id: string): Promise<UploadView> {
    return this.uploads.view(tenant.id, id);
  }

  @Delete(':id')
  @Scope('submit')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteUpload',
    summary: 'Remove an upload, finished or not; jobs that have begun with it go on',
  })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ProblemResponses(404, 503)
  remove(
    @CalledBy() { tenant }: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    response.setHeader('Tus-Resumable', TUS_VERSION);
    return this.uploads.remove(tenant.id, id);
  }
}
