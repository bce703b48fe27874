import { UploadView } from '@framefold/domain';
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CalledBy, type Caller } from '../access/caller.ts';
import { Scope } from '../access/scope.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { AdmitUpload } from './admit-upload.ts';
import {
  DirectUpload,
  DirectUploadRequest,
  MissingParts,
  MissingPartsQuery,
} from './direct-upload-schemas.ts';
import { DirectUploads } from './direct-uploads.ts';
import { UPLOADS_PATH } from './tus-server.ts';
import { Uploads } from './uploads.ts';

/** Files that go straight into a store of S3, by presigned URLs. */
@ApiTags('uploads')
@Controller(UPLOADS_PATH)
export class DirectUploadsController {
  constructor(
    @Inject(DirectUploads) private readonly direct: DirectUploads,
    @Inject(Uploads) private readonly uploads: Uploads,
    @Inject(AdmitUpload) private readonly admission: AdmitUpload,
  ) {}

  @Post('direct')
  @Scope('submit')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'createDirectUpload',
    summary: 'Begin an upload whose bytes go straight to S3, where that is the store',
    description: 'PUT each part to its URL, with a body of exactly its size; then complete the upload.',
  })
  @ApiResponse({
    status: 201,
    standardSchema: DirectUpload,
    description: 'It has begun. Location is its address',
  })
  @ProblemResponses(400, 404, 409, 413, 415, 503)
  async create(
    @CalledBy() { tenant }: Caller,
    @Body({ schema: DirectUploadRequest }) body: DirectUploadRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DirectUpload> {
    await this.admission.assertQuota(tenant, body.sizeBytes);
    const upload = await this.direct.begin(tenant.id, body);
    response.location(`${UPLOADS_PATH}/${upload.id}`);
    return upload;
  }

  @Get(':id/parts')
  @Scope('submit')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listMissingParts',
    summary: 'The parts of a direct upload that have not arrived, with fresh URLs',
  })
  @ApiResponse({ status: 200, standardSchema: MissingParts, description: 'In the order of their numbers' })
  @ProblemResponses(400, 404, 409, 503)
  parts(
    @CalledBy() { tenant }: Caller,
    @Param('id') id: string,
    @Query({ schema: MissingPartsQuery }) query: MissingPartsQuery,
  ): Promise<MissingParts> {
    return this.uploads.missingParts(tenant.id, id, query);
  }

  @Post(':id/complete')
  @Scope('submit')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'completeUpload',
    summary: 'Complete a direct upload of which all parts have arrived; may be repeated',
  })
  @ApiResponse({
    status: 200,
    standardSchema: UploadView,
    description: 'The upload, which jobs can take now',
  })
  @ProblemResponses(404, 409, 460, 503)
  complete(@CalledBy() { tenant }: Caller, @Param('id') id: string): Promise<UploadView> {
    return this.uploads.complete(tenant.id, id);
  }
}
