/** Why a target is missed, by section and figure. `npm run bench -- --record` refuses a miss that is not here. */
export const reasons: Record<string, string> = {}
