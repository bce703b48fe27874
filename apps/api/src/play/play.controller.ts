import { clientFolder, hlsScript, pageFile } from '@framefold/web';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Open } from '../access/scope.ts';
import { assertJobId } from '../jobs/job-id.ts';

/** A page that plays a job, and the files that it is made of. */
@ApiExcludeController()
@Controller('play')
export class PlayController {
  @Get('assets/hls.min.js')
  @Open()
  hls(@Res() response: Response): void {
    response.sendFile(hlsScript(), { maxAge: '1h' });
  }

  @Get('assets/play.js')
  @Open()
  script(@Res() response: Response): void {
    response.sendFile(pageFile('play.js'));
  }

  @Get('assets/client/:module')
  @Open()
  client(@Param('module') module: string, @Res() response: Response): void {
    response.sendFile(module, { root: clientFolder() });
  }

  @Get('assets/play.css')
  @Open()
  style(@Res() response: Response): void {
    response.sendFile(pageFile('play.css'));
  }

  /** The page finds out by itself how the job stands; an id that cannot be one is refused here. */
  @Get(':jobId')
  @Open()
  page(@Param('jobId') jobId: string, @Res() response: Response): void {
    assertJobId(jobId);
    response.sendFile(pageFile('play.html'));
  }
}
