import { pipeline } from 'node:stream/promises';
import type { Config } from '@framefold/config';
import { RECORD_FILES, storeKeys } from '@framefold/domain';
import type { ObjectStore } from '@framefold/platform';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Authenticator } from '../access/authenticator.ts';
import { Open } from '../access/scope.ts';
import { assertJobId } from '../jobs/job-id.ts';
import { JobTenants } from '../jobs/job-tenants.ts';
import { prefixUris } from '../jobs/prefix-uris.ts';
import { ProblemResponses } from '../openapi/problem-responses.ts';
import { ProblemError } from '../problem/problem-error.ts';
import { CONFIG, STORE } from '../tokens.ts';
import { byteRangeOf } from './byte-range.ts';
import { cacheControlOf, contentTypeOf, etagOf, etagOfContent, safePath } from './media-file.ts';
import { Playback } from './playback.ts';

/** The finished trees, for players and for copying. */
@ApiTags('media')
@Controller('media')
export class MediaController {
  constructor(
    @Inject(STORE) private readonly store: ObjectStore,
    @Inject(Playback) private readonly playback: Playback,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(JobTenants) private readonly tenants: JobTenants,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(':jobId/*path')
  @Open()
  @ApiOperation({
    operationId: 'getMedia',
    summary: "A file of a job's output; ranges and conditional requests work",
  })
  @ApiParam({ name: 'path', description: 'e.g. master.m3u8', schema: { type: 'string' } })
  @ApiQuery({ name: 'expires', required: false, description: 'Of a signed URL', schema: { type: 'string' } })
  @ApiQuery({
    name: 'signature',
    required: false,
    description: 'Of a signed URL',
    schema: { type: 'string' },
  })
  @ApiQuery({
    name: 'rewrite',
    required: false,
    description: 'no: playlists as they are stored, for copies; otherwise signed ones sign what they name',
    schema: { type: 'string', enum: ['no'] },
  })
  @ApiResponse({ status: 200, description: 'The file' })
  @ApiResponse({ status: 206, description: 'The range of the file that was asked for' })
  @ApiResponse({ status: 304, description: 'The file is as the client has it' })
  @ProblemResponses(401, 403, 404, 416, 429, 503)
  async file(
    @Param('jobId') jobId: string,
    @Param('path') parts: readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    assertJobId(jobId);
    const path = safePath(parts);
    const playbackQuery = await this.#admit(request, jobId, path);
    const key = path === undefined ? undefined : storeKeys.outputFile(jobId, path);
    const found = key === undefined ? undefined : await this.store.head(key);
    if (path === undefined || key === undefined || found === undefined) throw fileNotFound();
    const isStored = playbackQuery === '' || request.query.rewrite === 'no';
    if (!isStored && path.endsWith('.m3u8')) {
      await this.#sendSigned(key, playbackQuery, request, response);
      return;
    }
    const { sizeBytes } = found;

    const etag = await etagOf(this.store, key, sizeBytes);
    if (etag !== undefined) response.setHeader('ETag', etag);
    const isPrivate = this.config.keysRequired || playbackQuery !== '';
    response.setHeader('Cache-Control', cacheControlOf(path, isPrivate));
    response.setHeader('Accept-Ranges', 'bytes');
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    // A range of another version than the client has would be of no use to it (RFC 9110, section 13.1.5).
    const condition = request.headers['if-range'];
    const applies = condition === undefined || condition === etag;
    const range = applies ? byteRangeOf(request.headers.range, sizeBytes) : undefined;
    if (range === 'unsatisfiable') {
      response.removeHeader('ETag');
      const headers = { 'Content-Range': `bytes */${sizeBytes}` };
      throw new ProblemError('RANGE_NOT_SATISFIABLE', `The file has ${sizeBytes} bytes.`, { headers });
    }
    response.setHeader('Content-Type', contentTypeOf(path));
    response.setHeader('Content-Length', range === undefined ? sizeBytes : range.end - range.start);
    if (range !== undefined) {
      response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${sizeBytes}`);
    }
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await this.#send(key, range, response);
  }

  /**
   * Lets through who has a signed URL, or, where none are signed and for what viewers are not to see, whose key may read
   * the job.
   *
   * @returns the query of a signed URL
   */
  async #admit(request: Request, jobId: string, path: string | undefined): Promise<string> {
    const isForViewers = path === undefined || !RECORD_FILES.includes(path);
    if (this.playback.isSigned && isForViewers) return this.playback.check(jobId, request.query);
    const caller = await this.authenticator.authorize(request, { scope: 'read' });
    await this.tenants.assertOf(caller, jobId);
    return '';
  }

  /** A playlist whose URLs carry the signature on; whole, since players take nothing less of one. */
  async #sendSigned(key: string, query: string, request: Request, response: Response): Promise<void> {
    const playlist = await this.store.get(key);
    if (playlist === undefined) throw fileNotFound();
    const text = prefixUris(playlist.toString('utf8'), '', query);
    response.setHeader('ETag', etagOfContent(text));
    response.setHeader('Cache-Control', cacheControlOf(key, true));
    if (request.fresh) response.status(304).end();
    else response.setHeader('Content-Type', contentTypeOf(key)).end(text);
  }

  async #send(
    key: string,
    range: { start: number; end: number } | undefined,
    response: Response,
  ): Promise<void> {
    const body = await this.store.stream(key, range);
    if (body === undefined) throw fileNotFound();
    try {
      await pipeline(body, response);
    } catch (error) {
      // A player that seeks closes the connection: that is no fault of anybody.
      if (!response.destroyed) throw error;
    }
  }
}

function fileNotFound(): ProblemError {
  return new ProblemError('FILE_NOT_FOUND', 'The output of the job has no such file.');
}
