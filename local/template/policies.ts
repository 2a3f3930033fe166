import * as z from 'zod';
import type { Resolver } from './intrinsics.ts';

/** One statement of an identity policy. Conditions are not evaluated: see `iam/authorizer.ts`. */
export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
}

const OneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));
const Document = z.object({
  Statement: z.array(
    z.object({ Effect: z.enum(['Allow', 'Deny']), Action: OneOrMore, Resource: OneOrMore }).transform((statement) => ({
      effect: statement.Effect,
      actions: statement.Action,
      resources: statement.Resource,
    })),
  ),
});
const RoleProperties = z.object({ Policies: z.array(z.object({ PolicyDocument: Document })).default([]) });
const PolicyProperties = z.object({ PolicyDocument: Document, Roles: z.array(z.string()).default([]) });

export function readPolicies(resolver: Resolver): Map<string, Statement[]> {
  const byRoleName = new Map<string, Statement[]>();
  const byRoleArn = new Map<string, Statement[]>();
  for (const { name, arn, properties } of resolver.ofType('AWS::IAM::Role')) {
    const statements = RoleProperties.parse(properties).Policies.flatMap((policy) => policy.PolicyDocument.Statement);
    byRoleName.set(name, statements);
    byRoleArn.set(arn, statements);
  }
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])
    for (const { properties } of resolver.ofType(type)) {
      const policy = PolicyProperties.parse(properties);
      for (const role of policy.Roles) byRoleName.get(role)?.push(...policy.PolicyDocument.Statement);
    }
  return byRoleArn;
}
