import { allow } from './body'
import { type Endpoint, id, type Parts } from './endpoint'
import { invalidParam } from './errors'
import { membershipJson, organizationJson } from './json'
import type { Membership } from './records'
import { paginate } from './user-query'

/** At most 100 of them. Clerk takes a sign in front of each; without one it is an inclusion. */
function filterIn(query: URLSearchParams, param: string): { includes(value: string): boolean } {
  const given = query.getAll(param)
  if (given.length > 100) throw invalidParam(param, `${param} takes at most 100 values`)
  const wanted = new Set(given.map((value) => value.replace(/^[+ ]/, '')))
  return { includes: (value) => wanted.size === 0 || wanted.has(value) }
}

const textIn = (body: Record<string, unknown>, param: string): string | undefined => {
  const value = body[param]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string')
    throw invalidParam(param, `\`${param}\` must be a \`string\`.`, 'form_param_type_invalid')
  return value
}

const required = (body: Record<string, unknown>, param: string): string => {
  const value = textIn(body, param)
  if (!value) throw invalidParam(param, `${param} must be included.`, 'form_param_missing')
  return value
}

export function organizationEndpoints({ state, url }: Parts): Endpoint[] {
  const { organizations } = state
  const json = (one: Membership) =>
    membershipJson(one, organizations.organization(one.organizationId), state.user(one.userId), url)
  const listed = (all: Membership[], query: URLSearchParams) => ({
    data: paginate(all, query).map(json),
    total_count: all.length,
  })
  const organizationId = '/organizations/{organization_id}'

  return [
    {
      method: 'GET',
      path: '/organizations',
      answer: ({ query }) => {
        const [ids, userIds] = [filterIn(query, 'organization_id'), filterIn(query, 'user_id')]
        const found = [...organizations.organizations.values()]
          .filter(({ id }) => ids.includes(id))
          .filter(
            ({ id }) =>
              !query.has('user_id') ||
              organizations.membersOf(id).some((one) => userIds.includes(one.userId)),
          )
          .toSorted((a, b) => b.createdAt - a.createdAt)
        return {
          data: paginate(found, query).map((one) => ({
            ...organizationJson(one, url),
            ...(query.get('include_members_count') === 'true' && {
              members_count: organizations.membersOf(one.id).length,
            }),
          })),
          total_count: found.length,
        }
      },
    },
    {
      method: 'POST',
      path: '/organizations',
      answer: ({ body }) => {
        allow(body, ['name', 'slug', 'created_by'])
        const slug = textIn(body, 'slug')
        const given = { name: required(body, 'name'), createdBy: required(body, 'created_by') }
        return organizationJson(organizations.create({ ...given, ...(slug && { slug }) }), url)
      },
    },
    {
      method: 'GET',
      path: organizationId,
      answer: ({ params }) => organizationJson(organizations.organization(id(params.organization_id)), url),
    },
    {
      method: 'PATCH',
      path: organizationId,
      answer: ({ params, body }) => {
        allow(body, ['name', 'slug'])
        const [name, slug] = [textIn(body, 'name'), textIn(body, 'slug')]
        const patch = { ...(name !== undefined && { name }), ...(slug !== undefined && { slug }) }
        return organizationJson(organizations.update(id(params.organization_id), patch), url)
      },
    },
    {
      method: 'DELETE',
      path: organizationId,
      answer: ({ params }) => ({
        object: 'organization',
        id: organizations.remove(id(params.organization_id)).id,
        deleted: true,
      }),
    },
    {
      method: 'GET',
      path: `${organizationId}/memberships`,
      answer: ({ params, query }) => {
        const userIds = filterIn(query, 'user_id')
        const { id: of } = organizations.organization(id(params.organization_id))
        return listed(
          organizations.membersOf(of).filter(({ userId }) => userIds.includes(userId)),
          query,
        )
      },
    },
    {
      method: 'POST',
      path: `${organizationId}/memberships`,
      answer: ({ params, body }) => {
        allow(body, ['user_id', 'role'])
        const [userId, role] = [required(body, 'user_id'), required(body, 'role')]
        return json(organizations.addMember(id(params.organization_id), userId, role))
      },
    },
    {
      method: 'PATCH',
      path: `${organizationId}/memberships/{user_id}`,
      answer: ({ params, body }) => {
        allow(body, ['role'])
        const role = required(body, 'role')
        return json(organizations.setRole(id(params.organization_id), id(params.user_id), role))
      },
    },
    {
      method: 'DELETE',
      path: `${organizationId}/memberships/{user_id}`,
      answer: ({ params }) =>
        json(organizations.removeMember(id(params.organization_id), id(params.user_id))),
    },
    {
      method: 'GET',
      path: '/users/{user_id}/organization_memberships',
      answer: ({ params, query }) => listed(organizations.membershipsOf(id(params.user_id)), query),
    },
  ]
}
