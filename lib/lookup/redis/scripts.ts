/** What must be atomic. Each takes any number of requests, one after another in KEYS and ARGV, as `slot` reads. */
// slot.ts explains the letters of a state.
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local k, a, foreign = 0, 0, false
local function key() k = k + 1; return KEYS[k] end
local function arg() a = a + 1; return ARGV[a] end
local function num() return tonumber(arg()) end
-- A key of another type reads as absent, and is deleted so that it can be overwritten.
local function get(name)
  local v = redis.pcall('GET', name)
  if type(v) == 'string' then return v end
  if type(v) == 'table' then foreign = true; redis.call('UNLINK', name) end
  return false
end
local function slot()
  foreign = false
  local hard, versions, markers, owned = num(), num(), num(), num()
  local s = { entry = key(), state = key(), tagVersions = {}, markers = 0 }
  if hard == 1 then s.hard = key() end
  for i = 1, versions do s.tagVersions[i] = key() end
  for _ = 1, markers do s.markers = s.markers + redis.call('EXISTS', key()) end
  if owned == 1 then s.owner = key() end
  return s
end
-- Lists what is stored under its owner, for as long as it is.
local function own(s, ms)
  if not s.owner then return end
  if type(redis.pcall('ZREMRANGEBYSCORE', s.owner, '-inf', now)) == 'table' then redis.call('UNLINK', s.owner) end
  redis.call('ZADD', s.owner, 'GT', now + ms, s.entry)
  if redis.call('PTTL', s.owner) < ms then redis.call('PEXPIRE', s.owner, ms) end
end
-- Nil unless every tag version is there.
local function generation(s)
  local list = {}
  for i, name in ipairs(s.tagVersions) do
    list[i] = get(name)
    if not list[i] then return nil end
  end
  return table.concat(list, ',')
end
-- Whether the state is a lease of this flight, in any generation.
local function leased(state, flight)
  return state and string.sub(state, 1, #flight + 3) == 'L:' .. flight .. '|'
end
local function current(text, gen) return gen and string.sub(text, 1, #gen + 1) == gen .. '|' end
local out = {}
for i = 1, num() do
  local s = slot()
`
const postlude = `
end
return out`

/** ARGV after the slot: flight, waiting, reject, refresh, lease, nonce. */
export const acquireScript = `${prelude}
  local flight, waiting, reject, refresh, lease, nonce = arg(), arg(), arg(), arg() == '1', num(), arg()
  for _, name in ipairs(s.tagVersions) do
    if string.find(get(name) or '|', '[|,]') then
      redis.call('SET', name, nonce .. '.' .. time[1] .. string.format('%06d', time[2]), 'PX', lease + 60000)
    end
  end
  local gen, entry, state = generation(s), get(s.entry), get(s.state)
  local live = entry and current(entry, gen) and entry ~= reject
  local kind, who, rest = string.match(state or '', '^(%u):([^|]*)|(.*)$')
  -- A waiter may receive the result of the load it waits for, or of one that started after it.
  local awaited = waiting ~= '' and waiting ~= '!' .. (who or '')
  if s.markers > 0 then
    out[i] = {'refused'}
  elseif live and (not s.hard or redis.call('EXISTS', s.hard) == 1) and not (refresh and not state) then
    out[i] = {'hit', entry}
  elseif kind == 'L' and rest == gen and who ~= flight then
    out[i] = {'wait', who, gen}
  elseif kind == 'R' and who == flight then
    -- Arrives after its flight has returned the lease: nobody would use it.
    out[i] = {'refused'}
  elseif kind == 'U' and current(rest, gen) then
    if awaited then out[i] = {'hit', rest} else out[i] = {'wait', '!' .. who, gen} end
  elseif kind == 'F' and awaited then
    out[i] = {'fail', rest, live and s.hard and entry or ''}
  else
    redis.call('SET', s.state, 'L:' .. flight .. '|' .. gen, 'PX', lease)
    for _, name in ipairs(s.tagVersions) do
      if redis.call('PTTL', name) < lease then redis.call('PEXPIRE', name, lease + 60000) end
    end
    out[i] = {'load', gen, foreign and 1 or 0}
  end
${postlude}`

/** ARGV after the slot: flight, generation, entry, hard, soft, grace, expiry, buffer, refreshBefore, refreshEvery, hold. */
export const commitScript = `${prelude}
  local flight, gen, entry = arg(), arg(), arg()
  local hard, soft, grace = num(), num(), num()
  local expiry, buffer, before, every, hold = num(), num(), num(), num(), num()
  local state = get(s.state)
  local lost = state ~= 'L:' .. flight .. '|' .. gen
  if expiry > 0 then
    hard = math.min(hard, expiry - buffer - now)
    if before > 0 then soft = math.max(math.min(soft, expiry - before - now), every) end
  end
  soft = math.min(soft, hard)
  if s.markers > 0 or lost then
    -- Also if an acquire that arrived twice leased again, in a later generation.
    if leased(state, flight) then redis.call('UNLINK', s.state) end
    out[i] = s.markers > 0 and 'refused' or 'lost'
  elseif generation(s) ~= gen then
    redis.call('UNLINK', s.state)
    out[i] = 'invalidated'
  elseif hard < 1 then
    -- Kept for the current waiters, no longer than the value is valid; one that came expired is kept all the same, so
    -- that the loader is not called again at once.
    if expiry > now then hold = math.min(hold, expiry - now) end
    redis.call('SET', s.state, 'U:' .. flight .. '|' .. entry, 'PX', hold)
    own(s, hold)
    out[i] = 'not_cacheable'
  else
    redis.call('SET', s.entry, entry, 'PX', hard + grace)
    own(s, hard + grace)
    redis.call('SET', s.state, 'K', 'PX', math.max(soft, 1))
    if s.hard then redis.call('SET', s.hard, '1', 'PX', hard) end
    for _, name in ipairs(s.tagVersions) do
      if redis.call('PTTL', name) < hard + grace then redis.call('PEXPIRE', name, hard + grace) end
    end
    out[i] = 'stored'
  end
${postlude}`

/** ARGV after the slot: flight, generation, code, cooldown, remember. */
export const failScript = `${prelude}
  local flight, gen, code, cooldown, remember = arg(), arg(), arg(), num(), num()
  local state = get(s.state)
  if code == '' then
    -- Remembered, so that an acquire of this flight that is still on its way gets no lease.
    if not state or leased(state, flight) then redis.call('SET', s.state, 'R:' .. flight .. '|', 'PX', remember) end
  elseif state == 'L:' .. flight .. '|' .. gen then
    redis.call('SET', s.state, 'F:' .. flight .. '|' .. code, 'PX', cooldown)
  elseif leased(state, flight) then
    redis.call('UNLINK', s.state)
  end
  local entry = s.hard and s.markers == 0 and get(s.entry)
  out[i] = entry and current(entry, generation(s)) and entry or ''
${postlude}`

/** ARGV after the slot: the entry. Deleting the state takes the lease from a load that has begun. */
export const dropIfScript = `${prelude}
  local same = get(s.entry) == arg()
  if same then redis.call('UNLINK', s.entry, s.state) end
  out[i] = same and 1 or 0
${postlude}`
