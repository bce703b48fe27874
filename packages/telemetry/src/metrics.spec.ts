import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('writes what was counted, with its labels', async () => {
    const metrics = createMetrics();
    metrics.jobs.inc({ status: 'completed' });
    metrics.chunkEncode.observe(3);
    metrics.httpRequests.inc({ method: 'GET', route: '/api/jobs', status: '200' }, 2);
    const text = await metrics.registry.metrics();
    expect(text).toContain('framefold_jobs_total{status="completed"} 1');
    expect(text).toContain('framefold_chunk_encode_seconds_bucket{le="5"} 1');
    expect(text).toContain('framefold_http_requests_total{method="GET",route="/api/jobs",status="200"} 2');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('keeps registries apart', async () => {
    const one = createMetrics();
    createMetrics().sourceSeconds.inc(7);
    expect(await one.registry.metrics()).toContain('framefold_source_seconds_total 0');
  });

  it('refuses labels that a metric does not have', () => {
    // @ts-expect-error the compiler does as well
    expect(() => createMetrics().jobs.inc({ state: 'completed' })).toThrow();
  });
});
