// The tables of a database as a whole, as a restore handles them. Only ownership is needed, never a superuser.
import { identifier, type Sql, type Tx } from "./db.ts";

/** Whether there is nothing of anybody's in the current schema; extensions and their own things do not count. */
export async function isSchemaEmpty(sql: Sql): Promise<boolean> {
  return (await listObjects(sql)).length === 0;
}

/** Drops everything that {@link isSchemaEmpty} would find. */
export async function clearSchema(tx: Tx): Promise<void> {
  for (const { kind, name } of await listObjects(tx)) await tx.unsafe(`drop ${kind} if exists ${name} cascade`);
}

/**
 * Runs `work` while no foreign key is checked and no trigger fires, so that rows may come in any order, also in circles.
 * After it the keys are made anew, which checks every row at once.
 *
 * `session_replication_role` would be simpler, but is a superuser's, and checks nothing afterwards.
 */
export async function withoutChecks(tx: Tx, work: () => Promise<void>): Promise<void> {
  const keys = await tx<{ table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype = 'f' and conparentid = 0 and connamespace = current_schema()::regnamespace order by 1, 2`;
  const triggers = await tx<{ table: string; name: string }[]>`
    select tgrelid::regclass::text as table, tgname as name
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where not tgisinternal and tgenabled = 'O' and relnamespace = current_schema()::regnamespace order by 1, 2`;
  for (const { table, name } of keys) await tx.unsafe(`alter table ${table} drop constraint ${identifier(name)}`);
  for (const { table, name } of triggers) await tx.unsafe(`alter table ${table} disable trigger ${identifier(name)}`);
  await work();
  for (const { table, name } of triggers) await tx.unsafe(`alter table ${table} enable trigger ${identifier(name)}`);
  for (const { table, name, definition } of keys) {
    await tx.unsafe(`alter table ${table} add constraint ${identifier(name)} ${definition}`);
  }
}

/** In an order in which each can be dropped with `cascade`; names as SQL takes them. */
async function listObjects(sql: Sql): Promise<{ kind: string; name: string }[]> {
  return await sql<{ kind: string; name: string }[]>`
    with own as (
      select 1 as step, 'pg_class'::regclass as class, oid, oid::regclass::text as name,
        case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
          when 'f' then 'foreign table' when 'c' then 'type' else 'table' end as kind
      from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
      union all
      select 2, 'pg_proc'::regclass, oid, oid::regprocedure::text, case prokind when 'a' then 'aggregate' else 'routine' end
      from pg_proc where pronamespace = current_schema()::regnamespace
      union all
      select 3, 'pg_type'::regclass, oid, oid::regtype::text, case typtype when 'd' then 'domain' else 'type' end
      from pg_type where typnamespace = current_schema()::regnamespace and typtype in ('e', 'd', 'r')
    )
    select kind, name from own
    where not exists (select from pg_depend where classid = own.class and objid = own.oid and deptype in ('e', 'i'))
    order by step, name`;
}
