-- A decision about a server holds for everything below its name too, as Mastodon's domain blocks do, unless something has been
-- decided about what is below: the longest name that fits counts. A decision about a name without a port holds for its ports.
-- In PL/pgSQL, since it is asked for each row of a list: one probe of the key per label.
create function peer_policy(host text) returns text language plpgsql stable parallel safe strict as $$
declare
  name text := host;
  found text;
begin
  loop
    select peer.policy into found from peer where peer.host = name;
    if found is not null then return found; end if;
    if position(':' in name) > 0 then
      name := split_part(name, ':', 1);
    elsif position('.' in name) > 0 then
      name := substr(name, position('.' in name) + 1);
    else
      return null;
    end if;
  end loop;
end
$$;
comment on function peer_policy is 'What this node has decided about a host, or else about what its name is below; null where nothing. The only way to ask.';

create index actor_origin on actor (origin) where origin is not null;
