import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { clipPath, startStack, type TestStack } from '@framefold/testing';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a careful project of somebody else's asks of its compiler. */
const COMPILER = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    allowJs: true,
    checkJs: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  },
  files: ['transcode.mjs'],
};

describe("the README's example", () => {
  let stack: TestStack;
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'framefold-project-'));
    stack = await startStack();
    await install(project);
    await writeFile(join(project, 'transcode.mjs'), await example());
  }, 180_000);
  afterAll(async () => {
    await stack?.stop();
    await rm(project, { recursive: true, force: true });
  });

  it('compiles against the package as it would be published', async () => {
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(COMPILER));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    // A compiler that finds something exits with it.
    const { stdout } = await run(process.execPath, [compiler, '-p', project]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  it('transcodes, and says how far it is and where the result plays', async () => {
    const { stdout } = await run(
      process.execPath,
      ['transcode.mjs', pathToFileURL(clipPath('portrait.mp4')).href],
      { cwd: project, env: { ...process.env, FRAMEFOLD_API_URL: stack.apiUrl } },
    );
    const lines = stdout.trim().split('\n');
    const manifest = lines.pop()!;
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^\d+(\.\d+)? %$/);
    expect(await (await fetch(manifest)).text()).toMatch(/^#EXTM3U\n/);
    const { jobs } = (await (await fetch(`${stack.apiUrl}/api/jobs?label=family`)).json()) as {
      jobs: { status: string }[];
    };
    expect(jobs).toMatchObject([{ status: 'completed' }]);
  }, 180_000);
});

/** The code under "From your own code", to the letter. */
async function example(): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /### From your own code\n[^]*?```js\n([^]*?)```/.exec(readme) ?? [];
  if (code === undefined) throw new Error('README.md has no example under "From your own code".');
  return code;
}

/** Packs the client and puts what is packed where `npm install` would. */
async function install(folder: string): Promise<void> {
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(ROOT, 'packages/client'),
  });
  const [, filename = ''] = /"filename": "(.+?)"/.exec(packed.stdout) ?? [];
  await run('tar', ['-xzf', filename], { cwd: folder });
  await mkdir(join(folder, 'node_modules/@framefold'), { recursive: true });
  await cp(join(folder, 'package'), join(folder, 'node_modules/@framefold/client'), { recursive: true });
}
