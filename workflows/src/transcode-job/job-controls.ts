import { hasEnded, isHardwareEncoder, SOFTWARE_ENCODER, type VideoRendition } from '@framefold/domain';
import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate, setHandler } from '@temporalio/workflow';
import {
  CONTROL_REFUSALS,
  CONTROL_UPDATES,
  type ControlAnswer,
  type Controls,
} from '../contract/controls.ts';
import { tellChildren } from '../controls/children.ts';
import { applyControls } from '../controls/controls.ts';
import type { JobLog } from './job-log.ts';
import type { Redos } from './redos.ts';

const pause = defineUpdate<ControlAnswer>(CONTROL_UPDATES.pause);
const resume = defineUpdate<ControlAnswer>(CONTROL_UPDATES.resume);
const changePriority = defineUpdate<ControlAnswer, [number]>(CONTROL_UPDATES.changePriority);
const redoRendition = defineUpdate<ControlAnswer, [string]>(CONTROL_UPDATES.redoRendition);

/** Takes the updates by which a running job is steered. They answer when the log has them and the queues know. */
export function takeControls(log: JobLog, redos: Redos): void {
  const assertRunning = (): void => {
    const { state } = log.job;
    if (hasEnded(state)) refuse(CONTROL_REFUSALS.ended, `The job is ${state}.`);
  };
  const answer = (): ControlAnswer => ({ status: log.job.state, paused: log.job.paused ?? false });
  const apply = async (): Promise<ControlAnswer> => {
    const { paused = false, priority } = log.job;
    const controls: Controls = { paused, ...(priority === undefined ? {} : { priority }) };
    await Promise.all([applyControls(controls), tellChildren(controls), log.flush()]);
    return answer();
  };

  const setPaused = (paused: boolean) => async (): Promise<ControlAnswer> => {
    if ((log.job.paused ?? false) === paused) return answer();
    log.append(paused ? 'JobPaused' : 'JobResumed', {});
    return apply();
  };
  setHandler(pause, setPaused(true), { validator: assertRunning });
  setHandler(resume, setPaused(false), { validator: assertRunning });

  const setPriority = async (priority: number): Promise<ControlAnswer> => {
    log.append('PriorityChanged', { priority });
    return apply();
  };
  setHandler(changePriority, setPriority, { validator: (_priority: number) => assertRunning() });

  const redo = async (name: string): Promise<ControlAnswer> => {
    const generation = redos.ask(name);
    if (generation === undefined) return answer();
    log.append('RenditionRestarted', { rendition: name, generation, encoder: softwareEncoderOf(log, name) });
    await log.flush();
    return answer();
  };
  const assertRedoable = (name: string): void => {
    assertRunning();
    if (log.job.state !== 'transcoding' || !redos.areOpen)
      refuse(
        CONTROL_REFUSALS.notTranscoding,
        `The job is ${log.job.state}; renditions are redone while it encodes.`,
      );
    renditionOf(log, name);
  };
  setHandler(redoRendition, redo, { validator: assertRedoable });
}

/** Asks again for what was to be encoded again in former runs: their finished pieces are found. */
export function redoAsBefore(log: JobLog, redos: Redos): void {
  for (const { name } of log.job.plan?.renditions ?? []) {
    const generation = redos.askAsBefore(name);
    if (generation === undefined) continue;
    log.append('RenditionRestarted', { rendition: name, generation, encoder: softwareEncoderOf(log, name) });
  }
}

/** By what a rendition is encoded again. */
function softwareEncoderOf(log: JobLog, name: string): string {
  const { encoder } = renditionOf(log, name);
  return isHardwareEncoder(encoder) ? SOFTWARE_ENCODER : encoder;
}

function renditionOf(log: JobLog, name: string): VideoRendition {
  const found = log.job.plan?.renditions.find((rendition) => rendition.name === name);
  return found ?? refuse(CONTROL_REFUSALS.noSuchRendition, `The job has no video rendition ${name}.`);
}

function refuse(type: string, message: string): never {
  throw ApplicationFailure.nonRetryable(message, type);
}
