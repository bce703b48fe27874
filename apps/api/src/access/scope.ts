import { DEFAULT_TENANT, type Need, type Scope as ScopeName } from '@framefold/domain';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiQuery } from '@nestjs/swagger';

/** Under which metadata a handler says what it needs. */
export const NEED = 'framefold:need';
/** What it says when it needs nothing. */
export const OPEN = 'open';

/** A route for keys with this scope; it is about one tenant, the key's or the one that an operator names. */
export function Scope(scope: ScopeName): MethodDecorator {
  return applyDecorators(
    needs({ scope }),
    ApiQuery({
      name: 'tenant',
      required: false,
      schema: { type: 'string', example: DEFAULT_TENANT },
      description: 'For admin keys of the default tenant: the tenant that this is about',
    }),
  );
}

/** A route for keys of the default tenant with this scope: it is about the whole installation. */
export function InstallationScope(scope: ScopeName): MethodDecorator {
  return needs({ scope, ofInstallation: true });
}

/** A route for everybody. */
export function Open(): MethodDecorator {
  return SetMetadata(NEED, OPEN);
}

function needs(need: Need): MethodDecorator {
  return applyDecorators(SetMetadata(NEED, need), ApiBearerAuth());
}
