"""Put the wall around the tables: the policies of `rowgate.server.policies` as row-level security.

Revision: 0004
Revises: 0003
Created: 2026-11-22 23:30:00+00:00
"""
# mypy: disable-error-code="attr-defined"
# pyright: reportAttributeAccessIssue=false

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make what the policies ask first, then the policies of each table, then the rights."""
    answer_questions()
    guard_documents()
    guard_document_shares()
    guard_users()
    guard_roles()
    guard_user_roles()
    guard_role_parents()
    guard_role_exclusions()
    guard_configurations()
    guard_role_configurations()
    guard_audit_log()
    guard_login_sessions()
    guard_api_keys()
    guard_idempotency_keys()
    guard_refresh_tokens()
    guard_password_reset_tokens()
    guard_login_attempts()
    grant_rights()


def answer_questions() -> None:
    """Make the schema, and the functions that policies call."""
    op.create_wall_schema(name="rowgate")
    op.grant_privilege(privileges="USAGE", on='SCHEMA "rowgate"')
    op.create_wall_table(name="keys", columns="id text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL")
    op.create_wall_function(
        name="subject",
        arguments="name text",
        returns="text",
        body=(
            "DECLARE\n"
            "  given text := current_setting('rowgate.context', true);\n"
            "  inner_one bytea;\n"
            "  outer_one bytea;\n"
            "BEGIN\n"
            "  SELECT k.inner_pad, k.outer_pad INTO inner_one, outer_one FROM rowgate.keys AS k WHERE k.id = split_part(given, chr(9), 2);\n"
            "  IF encode(sha256(outer_one || sha256(inner_one || substr(convert_to(given, 'UTF8'), 66))), 'hex')\n"
            "      = split_part(given, chr(9), 1)\n"
            '    AND split_part(given, chr(9), 4) COLLATE "C" > extract(epoch FROM now())::text\n'
            "    AND split_part(given, chr(9), 3) IN ('1s', '1s' || pg_backend_pid())\n"
            "  THEN\n"
            "    RETURN split_part(given, chr(9), 5)::json ->> name;\n"
            "  END IF;\n"
            "  RETURN NULL;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
        search_path=None,
    )
    op.create_wall_function(
        name="context",
        arguments="name text",
        returns="text",
        body=(
            "DECLARE\n"
            "  given text := current_setting('rowgate.context', true);\n"
            "  inner_one bytea;\n"
            "  outer_one bytea;\n"
            "BEGIN\n"
            "  SELECT k.inner_pad, k.outer_pad INTO inner_one, outer_one FROM rowgate.keys AS k WHERE k.id = split_part(given, chr(9), 2);\n"
            "  IF encode(sha256(outer_one || sha256(inner_one || substr(convert_to(given, 'UTF8'), 66))), 'hex')\n"
            "      = split_part(given, chr(9), 1)\n"
            '    AND split_part(given, chr(9), 4) COLLATE "C" > extract(epoch FROM now())::text\n'
            "    AND split_part(given, chr(9), 3) IN ('1p', '1p' || pg_backend_pid())\n"
            "  THEN\n"
            "    RETURN convert_from(decode(nullif(split_part(given, chr(9), CASE name WHEN 'id' THEN 5 WHEN 'roles' THEN 6 WHEN 'lifts' THEN 7 WHEN 'attributes' THEN 8 END), '-'), 'escape'), 'UTF8');\n"
            "  END IF;\n"
            "  RETURN NULL;\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="acting",
        returns="boolean",
        body="BEGIN\n  RETURN rowgate.context('roles') IS NOT NULL;\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="known",
        returns="boolean",
        body="BEGIN\n  RETURN rowgate.context('id') IS NOT NULL;\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="id",
        returns="text",
        body="BEGIN\n  RETURN rowgate.context('id');\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="attr",
        arguments="name text",
        returns="text",
        body="BEGIN\n  RETURN rowgate.context('attributes')::json ->> name;\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="roles",
        returns="text[]",
        body="BEGIN\n  RETURN rowgate.context('roles')::text[];\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="has_any",
        arguments="names text[]",
        returns="boolean",
        body="BEGIN\n  RETURN coalesce(rowgate.context('roles')::text[] && names, false);\nEND",
        language="plpgsql",
        definer=False,
    )
    op.create_wall_function(
        name="lifted",
        arguments="name text",
        returns="boolean",
        body="BEGIN\n  RETURN coalesce(name = ANY (rowgate.context('lifts')::text[]), false);\nEND",
        language="plpgsql",
        definer=False,
    )
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."context"(name text)')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."acting"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."known"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."id"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."attr"(name text)')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."roles"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."has_any"(names text[])')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."lifted"(name text)')
    op.create_wall_function(
        name="documents_viewer",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.document_shares.document_id \n"
            "FROM public.document_shares \n"
            "WHERE public.document_shares.level IN ('viewer'::VARCHAR, 'editor'::VARCHAR) AND (public.document_shares.expires_at IS NULL OR public.document_shares.expires_at > statement_timestamp()) AND (public.document_shares.user_id = (SELECT rowgate.context('id')::UUID) OR public.document_shares.role_id IN (SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])))));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="documents_editor",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.document_shares.document_id \n"
            "FROM public.document_shares \n"
            "WHERE public.document_shares.level IN ('editor'::VARCHAR) AND (public.document_shares.expires_at IS NULL OR public.document_shares.expires_at > statement_timestamp()) AND (public.document_shares.user_id = (SELECT rowgate.context('id')::UUID) OR public.document_shares.role_id IN (SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])))));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="document_shares_owner",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.documents.id \n"
            "FROM public.documents \n"
            "WHERE public.documents.owner_id = (SELECT rowgate.context('id')::UUID));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="document_shares_with_me",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="user_roles_admin_grants",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="user_roles_admin_first",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.roles.id \n"
            "FROM public.roles JOIN public.users AS users_1 ON true \n"
            "WHERE users_1.id = (SELECT rowgate.context('id')::UUID) AND NOT (EXISTS (SELECT user_roles_1.user_id \n"
            "FROM public.user_roles AS user_roles_1 \n"
            "WHERE user_roles_1.role_id = public.roles.id)) AND NOT (EXISTS (SELECT role_parents_1.senior_id \n"
            "FROM public.role_parents AS role_parents_1 \n"
            "WHERE role_parents_1.junior_id = public.roles.id)));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="role_parents_admin_grants",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="configurations_granted",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.role_configurations.configuration_id \n"
            "FROM public.role_configurations \n"
            "WHERE public.role_configurations.access_level >= '1'::INTEGER AND (public.role_configurations.expires_at IS NULL OR public.role_configurations.expires_at > statement_timestamp()) AND public.role_configurations.role_id IN (SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[]))));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="configurations_granted_changes",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.role_configurations.configuration_id \n"
            "FROM public.role_configurations \n"
            "WHERE public.role_configurations.access_level >= '2'::INTEGER AND (public.role_configurations.expires_at IS NULL OR public.role_configurations.expires_at > statement_timestamp()) AND public.role_configurations.role_id IN (SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[]))));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="role_configurations_my_roles",
        returns="UUID[]",
        body=(
            "BEGIN\n"
            "  RETURN ARRAY(SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[])));\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="search_documents_search",
        arguments="tsquery, bigint, double precision, UUID",
        returns='TABLE ("out_key" UUID, "out_rank" double precision)',
        body=(
            "BEGIN\n"
            "  RETURN QUERY SELECT one.key, one.rank FROM (SELECT public.documents.id, ts_rank_cd(public.documents.search, $1)::double precision FROM \"public\".\"documents\" WHERE public.documents.search @@ $1 AND (((SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) OR public.documents.is_public AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['paid_user']) OR public.documents.is_public AND NOT public.documents.requires_paid_access AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['free_user']) OR public.documents.owner_id = (SELECT rowgate.context('id')::UUID) OR (EXISTS (SELECT public.document_shares.id \n"
            "FROM public.document_shares \n"
            "WHERE public.document_shares.document_id = public.documents.id AND public.document_shares.level IN ('viewer'::VARCHAR, 'editor'::VARCHAR) AND (public.document_shares.expires_at IS NULL OR public.document_shares.expires_at > statement_timestamp()) AND (public.document_shares.user_id = (SELECT rowgate.context('id')::UUID) OR public.document_shares.role_id IN (SELECT public.roles.id \n"
            "FROM public.roles \n"
            "WHERE (public.roles.name = ANY ((SELECT rowgate.context('roles'))::text[]))))))) AND (NOT public.documents.is_deleted OR (SELECT 'soft-delete' = ANY (rowgate.context('lifts')::text[]))))) AS one (key, rank)\n"
            "    WHERE $3 IS NULL OR one.rank < $3 OR (one.rank = $3 AND one.key < $4)\n"
            "    ORDER BY one.rank DESC, one.key DESC LIMIT $2;\n"
            "END"
        ),
        language="plpgsql",
        rows=20,
        planned_once=True,
    )
    op.create_wall_function(
        name="principal_1",
        returns='TABLE ("out_rowgate_1" UUID, "out_rowgate_2" TEXT[], "out_rowgate_3" VARCHAR)',
        body=(
            "BEGIN\n"
            "  RETURN QUERY SELECT CAST(asked.rowgate_1 AS UUID), CAST(asked.rowgate_2 AS TEXT[]), CAST(asked.rowgate_3 AS VARCHAR) FROM (WITH RECURSIVE acting_user AS \n"
            "(SELECT public.users.id AS id, (SELECT rowgate.subject('bound')::TEXT[]) AS bound \n"
            "FROM public.users \n"
            "WHERE public.users.id = (SELECT rowgate.subject('subject')::UUID) AND public.users.is_active AND ((SELECT rowgate.subject('session')::UUID) IS NULL OR (EXISTS (SELECT * \n"
            "FROM public.login_sessions \n"
            "WHERE public.login_sessions.id = (SELECT rowgate.subject('session')::UUID) AND public.login_sessions.user_id = public.users.id AND public.login_sessions.revoked_at IS NULL AND public.login_sessions.expires_at > statement_timestamp())))), \n"
            "authorized_roles(role_id) AS \n"
            "(SELECT public.user_roles.role_id AS role_id \n"
            "FROM public.user_roles JOIN acting_user ON acting_user.id = public.user_roles.user_id \n"
            "WHERE public.user_roles.expires_at IS NULL OR public.user_roles.expires_at > statement_timestamp() UNION SELECT public.role_parents.junior_id AS junior_id \n"
            "FROM public.role_parents JOIN authorized_roles ON public.role_parents.senior_id = authorized_roles.role_id), \n"
            "reached_roles(root_id, role_id) AS \n"
            "(SELECT public.roles.id AS root_id, public.roles.id AS role_id \n"
            "FROM public.roles JOIN authorized_roles ON authorized_roles.role_id = public.roles.id JOIN acting_user ON acting_user.bound IS NULL OR public.roles.name = ANY (acting_user.bound) UNION SELECT reached_roles.root_id AS root_id, public.role_parents.junior_id AS junior_id \n"
            "FROM reached_roles JOIN public.role_parents ON public.role_parents.senior_id = reached_roles.role_id)\n"
            " SELECT acting_user.id, acting_user.bound, roles_1.name AS role \n"
            "FROM acting_user LEFT OUTER JOIN (SELECT DISTINCT reached_roles.role_id AS role_id \n"
            "FROM reached_roles \n"
            "WHERE (reached_roles.root_id NOT IN (SELECT one_role.root_id \n"
            "FROM reached_roles AS one_role JOIN reached_roles AS other_role ON one_role.role_id != other_role.role_id JOIN public.role_exclusions ON public.role_exclusions.kind = 'dynamic'::VARCHAR AND (public.role_exclusions.first_id = one_role.role_id AND public.role_exclusions.second_id = other_role.role_id OR public.role_exclusions.second_id = one_role.role_id AND public.role_exclusions.first_id = other_role.role_id)))) AS active_roles ON active_roles.role_id IS NOT NULL LEFT OUTER JOIN public.roles AS roles_1 ON roles_1.id = active_roles.role_id) AS asked (rowgate_1, rowgate_2, rowgate_3);\n"
            "END"
        ),
        language="plpgsql",
    )
    op.create_wall_function(
        name="principal_2",
        returns='TABLE ("out_rowgate_1" UUID, "out_rowgate_2" VARCHAR(50)[], "out_rowgate_3" UUID, "out_rowgate_4" VARCHAR)',
        body=(
            "BEGIN\n"
            "  RETURN QUERY SELECT CAST(asked.rowgate_1 AS UUID), CAST(asked.rowgate_2 AS VARCHAR(50)[]), CAST(asked.rowgate_3 AS UUID), CAST(asked.rowgate_4 AS VARCHAR) FROM (WITH RECURSIVE acting_user AS \n"
            "(SELECT public.users.id AS id, public.api_keys.roles AS bound, public.api_keys.id AS key \n"
            "FROM public.users JOIN public.api_keys ON public.api_keys.user_id = public.users.id \n"
            "WHERE public.api_keys.key_hash = (SELECT rowgate.subject('key_hash')::BYTEA) AND public.api_keys.revoked_at IS NULL AND (public.api_keys.expires_at IS NULL OR public.api_keys.expires_at > statement_timestamp()) AND public.users.is_active), \n"
            "authorized_roles(role_id) AS \n"
            "(SELECT public.user_roles.role_id AS role_id \n"
            "FROM public.user_roles JOIN acting_user ON acting_user.id = public.user_roles.user_id \n"
            "WHERE public.user_roles.expires_at IS NULL OR public.user_roles.expires_at > statement_timestamp() UNION SELECT public.role_parents.junior_id AS junior_id \n"
            "FROM public.role_parents JOIN authorized_roles ON public.role_parents.senior_id = authorized_roles.role_id), \n"
            "reached_roles(root_id, role_id) AS \n"
            "(SELECT public.roles.id AS root_id, public.roles.id AS role_id \n"
            "FROM public.roles JOIN authorized_roles ON authorized_roles.role_id = public.roles.id JOIN acting_user ON acting_user.bound IS NULL OR public.roles.name = ANY (acting_user.bound) UNION SELECT reached_roles.root_id AS root_id, public.role_parents.junior_id AS junior_id \n"
            "FROM reached_roles JOIN public.role_parents ON public.role_parents.senior_id = reached_roles.role_id)\n"
            " SELECT acting_user.id, acting_user.bound, acting_user.key, roles_1.name AS role \n"
            "FROM acting_user LEFT OUTER JOIN (SELECT DISTINCT reached_roles.role_id AS role_id \n"
            "FROM reached_roles \n"
            "WHERE (reached_roles.root_id NOT IN (SELECT one_role.root_id \n"
            "FROM reached_roles AS one_role JOIN reached_roles AS other_role ON one_role.role_id != other_role.role_id JOIN public.role_exclusions ON public.role_exclusions.kind = 'dynamic'::VARCHAR AND (public.role_exclusions.first_id = one_role.role_id AND public.role_exclusions.second_id = other_role.role_id OR public.role_exclusions.second_id = one_role.role_id AND public.role_exclusions.first_id = other_role.role_id)))) AS active_roles ON active_roles.role_id IS NOT NULL LEFT OUTER JOIN public.roles AS roles_1 ON roles_1.id = active_roles.role_id) AS asked (rowgate_1, rowgate_2, rowgate_3, rowgate_4);\n"
            "END"
        ),
        language="plpgsql",
    )
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."documents_viewer"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."documents_editor"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."document_shares_owner"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."document_shares_with_me"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."user_roles_admin_grants"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."user_roles_admin_first"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."role_parents_admin_grants"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."configurations_granted"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."configurations_granted_changes"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."role_configurations_my_roles"()')
    op.grant_privilege(
        privileges="EXECUTE", on='FUNCTION "rowgate"."search_documents_search"(tsquery, bigint, double precision, UUID)'
    )
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."principal_1"()')
    op.grant_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."principal_2"()')


def guard_documents() -> None:
    """Make its policies."""
    op.enable_row_security(table="documents")
    op.create_policy(table="documents", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="documents",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="documents",
        name="allow read: paid",
        command="SELECT",
        using="is_public AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['paid_user'])",
    )
    op.create_policy(
        table="documents",
        name="allow read: free",
        command="SELECT",
        using="is_public AND (NOT requires_paid_access) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['free_user'])",
    )
    op.create_policy(
        table="documents",
        name="allow read: owner",
        command="SELECT",
        using="owner_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="documents",
        name="allow read by other tables: viewer",
        command="SELECT",
        using="id = ANY ((SELECT rowgate.documents_viewer())::UUID[])",
    )
    op.create_policy(
        table="documents",
        name="allow create: own-new",
        command="INSERT",
        check="owner_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="documents",
        name="allow update: owner",
        command="UPDATE",
        using="owner_id = (SELECT rowgate.context('id')::UUID)",
        check="owner_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="documents",
        name="allow update by other tables: editor",
        command="UPDATE",
        using="(id = ANY ((SELECT rowgate.documents_editor())::UUID[])) AND ((owner_id = (SELECT rowgate.context('id')::UUID)) OR (id = ANY ((SELECT rowgate.documents_viewer())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) OR (is_public AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['paid_user'])) OR (is_public AND (NOT requires_paid_access) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['free_user'])))",
        check="(id = ANY ((SELECT rowgate.documents_editor())::UUID[])) AND ((owner_id = (SELECT rowgate.context('id')::UUID)) OR (id = ANY ((SELECT rowgate.documents_viewer())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) OR (is_public AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['paid_user'])) OR (is_public AND (NOT requires_paid_access) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['free_user'])))",
    )
    op.create_policy(
        table="documents",
        name="allow update: restore",
        command="UPDATE",
        using="is_deleted AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(NOT is_deleted) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="documents",
        name="allow delete: owner",
        command="DELETE",
        using="owner_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="documents",
        name="allow delete: purge",
        command="DELETE",
        using="is_deleted AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="documents",
        name="restrict read: soft-delete",
        command="SELECT",
        permissive=False,
        using="(NOT is_deleted) OR (SELECT 'soft-delete' = ANY (rowgate.context('lifts')::text[]))",
    )
    op.create_policy(
        table="documents",
        name="restrict update: soft-delete",
        command="UPDATE",
        permissive=False,
        using="(NOT is_deleted) OR (SELECT 'soft-delete' = ANY (rowgate.context('lifts')::text[]))",
        check="true",
    )
    op.create_policy(
        table="documents",
        name="restrict delete: soft-delete",
        command="DELETE",
        permissive=False,
        using="(NOT is_deleted) OR (SELECT 'soft-delete' = ANY (rowgate.context('lifts')::text[]))",
    )
    op.create_wall_function(
        name="documents columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            '    (ROW(OLD."content", OLD."title")::record *<> ROW(NEW."content", NEW."title")::record AND ((OLD.owner_id = (SELECT rowgate.context(\'id\')::UUID)) OR (OLD.id = ANY ((SELECT rowgate.documents_editor())::UUID[]))) IS NOT TRUE)\n'
            '    OR (ROW(OLD."created_at", OLD."id", OLD."is_public", OLD."owner_id", OLD."requires_paid_access")::record *<> ROW(NEW."created_at", NEW."id", NEW."is_public", NEW."owner_id", NEW."requires_paid_access")::record AND (OLD.owner_id = (SELECT rowgate.context(\'id\')::UUID)) IS NOT TRUE)\n'
            "    OR (ROW(OLD.\"is_deleted\")::record *<> ROW(NEW.\"is_deleted\")::record AND ((OLD.owner_id = (SELECT rowgate.context('id')::UUID)) OR ((OLD.is_deleted) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']))) IS NOT TRUE)\n"
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:documents';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="documents",
        name="!rowgate columns",
        columns=("content", "title", "created_at", "id", "is_public", "owner_id", "requires_paid_access", "is_deleted"),
        function=("rowgate", "documents columns"),
    )


def guard_document_shares() -> None:
    """Make its policies."""
    op.enable_row_security(table="document_shares")
    op.create_policy(table="document_shares", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="document_shares",
        name="allow read by other tables: owner",
        command="SELECT",
        using="document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])",
    )
    op.create_policy(
        table="document_shares",
        name="allow read by other tables: with-me",
        command="SELECT",
        using="(user_id = (SELECT rowgate.context('id')::UUID)) OR (role_id = ANY ((SELECT rowgate.document_shares_with_me())::UUID[]))",
    )
    op.create_policy(
        table="document_shares",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="document_shares",
        name="allow create by other tables: owner-grants",
        command="INSERT",
        check="(document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])) AND (granted_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="document_shares",
        name="allow update by other tables: owner-grants",
        command="UPDATE",
        using="(document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])) AND ((document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])) OR (user_id = (SELECT rowgate.context('id')::UUID)) OR (role_id = ANY ((SELECT rowgate.document_shares_with_me())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']))",
        check="(document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])) AND (granted_by = (SELECT rowgate.context('id')::UUID)) AND ((document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])) OR (user_id = (SELECT rowgate.context('id')::UUID)) OR (role_id = ANY ((SELECT rowgate.document_shares_with_me())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']))",
    )
    op.create_policy(
        table="document_shares",
        name="allow delete by other tables: owner",
        command="DELETE",
        using="document_id = ANY ((SELECT rowgate.document_shares_owner())::UUID[])",
    )
    op.create_policy(
        table="document_shares",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )


def guard_users() -> None:
    """Make its policies."""
    op.enable_row_security(table="users")
    op.create_policy(table="users", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="users", name="allow read: myself", command="SELECT", using="id = (SELECT rowgate.context('id')::UUID)"
    )
    op.create_policy(
        table="users",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="users",
        name="allow create: admin",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="users",
        name="allow update: admin-changes",
        command="UPDATE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="users",
        name="restrict create: mask of hashed_password",
        command="INSERT",
        permissive=False,
        check="(hashed_password IS NULL) OR ((SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (created_at = now()))",
    )
    op.create_wall_function(
        name="users columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            '    (ROW(OLD."created_at", OLD."hashed_password", OLD."id")::record *<> ROW(NEW."created_at", NEW."hashed_password", NEW."id")::record AND (false) IS NOT TRUE)\n'
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:users';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="users",
        name="!rowgate columns",
        columns=("created_at", "hashed_password", "id"),
        function=("rowgate", "users columns"),
    )
    op.create_wall_function(
        name="users mask of hashed_password",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            "    ((SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (OLD.created_at = now())) IS NOT TRUE\n"
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:users';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="users",
        name="!rowgate mask of hashed_password",
        columns=("hashed_password",),
        function=("rowgate", "users mask of hashed_password"),
    )


def guard_roles() -> None:
    """Make its policies."""
    op.enable_row_security(table="roles")
    op.create_policy(table="roles", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="roles",
        name="allow read: vocabulary",
        command="SELECT",
        using="(SELECT rowgate.context('roles') IS NOT NULL)",
    )
    op.create_policy(
        table="roles",
        name="allow create: admin",
        command="INSERT",
        check="((name NOT IN ('admin'::VARCHAR, 'paid_user'::VARCHAR, 'free_user'::VARCHAR))) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="roles",
        name="allow update: admin",
        command="UPDATE",
        using="((name NOT IN ('admin'::VARCHAR, 'paid_user'::VARCHAR, 'free_user'::VARCHAR))) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="((name NOT IN ('admin'::VARCHAR, 'paid_user'::VARCHAR, 'free_user'::VARCHAR))) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="roles",
        name="allow update: admin-describes",
        command="UPDATE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="roles",
        name="allow delete: admin",
        command="DELETE",
        using="((name NOT IN ('admin'::VARCHAR, 'paid_user'::VARCHAR, 'free_user'::VARCHAR))) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_wall_function(
        name="roles columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            "    (ROW(OLD.\"id\", OLD.\"name\")::record *<> ROW(NEW.\"id\", NEW.\"name\")::record AND (((OLD.name NOT IN ('admin'::VARCHAR, 'paid_user'::VARCHAR, 'free_user'::VARCHAR))) AND (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])) IS NOT TRUE)\n"
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:roles';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="roles", name="!rowgate columns", columns=("id", "name"), function=("rowgate", "roles columns")
    )


def guard_user_roles() -> None:
    """Make its policies."""
    op.enable_row_security(table="user_roles")
    op.create_policy(table="user_roles", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="user_roles",
        name="allow read: my-roles",
        command="SELECT",
        using="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="user_roles",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="user_roles",
        name="allow create by other tables: admin-grants",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (role_id = ANY ((SELECT rowgate.user_roles_admin_grants())::UUID[])) AND (assigned_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="user_roles",
        name="allow create by other tables: admin-first",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (user_id = (SELECT rowgate.context('id')::UUID)) AND (assigned_by = (SELECT rowgate.context('id')::UUID)) AND (role_id = ANY ((SELECT rowgate.user_roles_admin_first())::UUID[]))",
    )
    op.create_policy(
        table="user_roles",
        name="allow update by other tables: admin-grants",
        command="UPDATE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (role_id = ANY ((SELECT rowgate.user_roles_admin_grants())::UUID[])) AND (assigned_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="user_roles",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )


def guard_role_parents() -> None:
    """Make its policies."""
    op.enable_row_security(table="role_parents")
    op.create_policy(table="role_parents", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="role_parents",
        name="allow read: vocabulary",
        command="SELECT",
        using="(SELECT rowgate.context('id') IS NOT NULL)",
    )
    op.create_policy(
        table="role_parents",
        name="allow create by other tables: admin-grants",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (junior_id = ANY ((SELECT rowgate.role_parents_admin_grants())::UUID[])) AND (added_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="role_parents",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )


def guard_role_exclusions() -> None:
    """Make its policies."""
    op.enable_row_security(table="role_exclusions")
    op.create_policy(table="role_exclusions", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="role_exclusions",
        name="allow read: vocabulary",
        command="SELECT",
        using="(SELECT rowgate.context('id') IS NOT NULL)",
    )
    op.create_policy(
        table="role_exclusions",
        name="allow create: admin-excludes",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (added_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="role_exclusions",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )


def guard_configurations() -> None:
    """Make its policies."""
    op.enable_row_security(table="configurations")
    op.create_policy(table="configurations", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="configurations",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="configurations",
        name="allow read by other tables: granted",
        command="SELECT",
        using="id = ANY ((SELECT rowgate.configurations_granted())::UUID[])",
    )
    op.create_policy(
        table="configurations",
        name="allow create: admin",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="configurations",
        name="allow update: admin",
        command="UPDATE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="configurations",
        name="allow update by other tables: granted-changes",
        command="UPDATE",
        using="(id = ANY ((SELECT rowgate.configurations_granted_changes())::UUID[])) AND ((id = ANY ((SELECT rowgate.configurations_granted())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']))",
        check="(id = ANY ((SELECT rowgate.configurations_granted_changes())::UUID[])) AND ((id = ANY ((SELECT rowgate.configurations_granted())::UUID[])) OR (SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']))",
    )
    op.create_policy(
        table="configurations",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_wall_function(
        name="configurations columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            '    (ROW(OLD."created_at", OLD."id", OLD."name")::record *<> ROW(NEW."created_at", NEW."id", NEW."name")::record AND ((SELECT rowgate.context(\'roles\')::text[] OPERATOR(pg_catalog.&&) ARRAY[\'admin\'])) IS NOT TRUE)\n'
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:configurations';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="configurations",
        name="!rowgate columns",
        columns=("created_at", "id", "name"),
        function=("rowgate", "configurations columns"),
    )


def guard_role_configurations() -> None:
    """Make its policies."""
    op.enable_row_security(table="role_configurations")
    op.create_policy(table="role_configurations", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="role_configurations",
        name="allow read by other tables: my-roles",
        command="SELECT",
        using="role_id = ANY ((SELECT rowgate.role_configurations_my_roles())::UUID[])",
    )
    op.create_policy(
        table="role_configurations",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="role_configurations",
        name="allow create: admin-grants",
        command="INSERT",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (granted_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="role_configurations",
        name="allow update: admin-grants",
        command="UPDATE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
        check="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin']) AND (granted_by = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="role_configurations",
        name="allow delete: admin",
        command="DELETE",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )


def guard_audit_log() -> None:
    """Make its policies."""
    op.enable_row_security(table="audit_log")
    op.create_policy(table="audit_log", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="audit_log",
        name="allow read: admin",
        command="SELECT",
        using="(SELECT rowgate.context('roles')::text[] OPERATOR(pg_catalog.&&) ARRAY['admin'])",
    )
    op.create_policy(
        table="audit_log",
        name="allow read: my-own",
        command="SELECT",
        using="actor_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="audit_log",
        name="allow create: add",
        command="INSERT",
        check="(SELECT rowgate.context('roles') IS NOT NULL) AND (actor_id IS NOT DISTINCT FROM (SELECT rowgate.context('id')::UUID))",
    )


def guard_login_sessions() -> None:
    """Make its policies."""
    op.enable_row_security(table="login_sessions")
    op.create_policy(table="login_sessions", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="login_sessions",
        name="allow read: my-log-ins",
        command="SELECT",
        using="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="login_sessions",
        name="allow update: revoke-my-log-ins",
        command="UPDATE",
        using="(user_id = (SELECT rowgate.context('id')::UUID)) AND (user_id = (SELECT rowgate.context('id')::UUID))",
        check="(user_id = (SELECT rowgate.context('id')::UUID)) AND (user_id = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_wall_function(
        name="login_sessions columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            '    (ROW(OLD."address", OLD."created_at", OLD."expires_at", OLD."id", OLD."last_used_at", OLD."roles", OLD."user_agent", OLD."user_id")::record *<> ROW(NEW."address", NEW."created_at", NEW."expires_at", NEW."id", NEW."last_used_at", NEW."roles", NEW."user_agent", NEW."user_id")::record AND (false) IS NOT TRUE)\n'
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:login_sessions';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="login_sessions",
        name="!rowgate columns",
        columns=("address", "created_at", "expires_at", "id", "last_used_at", "roles", "user_agent", "user_id"),
        function=("rowgate", "login_sessions columns"),
    )


def guard_api_keys() -> None:
    """Make its policies."""
    op.enable_row_security(table="api_keys")
    op.create_policy(table="api_keys", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="api_keys",
        name="allow read: my-keys",
        command="SELECT",
        using="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="api_keys",
        name="allow create: my-keys",
        command="INSERT",
        check="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="api_keys",
        name="allow update: revoke-my-keys",
        command="UPDATE",
        using="(user_id = (SELECT rowgate.context('id')::UUID)) AND (user_id = (SELECT rowgate.context('id')::UUID))",
        check="(user_id = (SELECT rowgate.context('id')::UUID)) AND (user_id = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_policy(
        table="api_keys",
        name="restrict create: mask of key_hash",
        command="INSERT",
        permissive=False,
        check="(key_hash IS NULL) OR (user_id = (SELECT rowgate.context('id')::UUID))",
    )
    op.create_wall_function(
        name="api_keys columns",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            '    (ROW(OLD."created_at", OLD."expires_at", OLD."id", OLD."key_hash", OLD."name", OLD."prefix", OLD."roles", OLD."user_id")::record *<> ROW(NEW."created_at", NEW."expires_at", NEW."id", NEW."key_hash", NEW."name", NEW."prefix", NEW."roles", NEW."user_id")::record AND (false) IS NOT TRUE)\n'
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:api_keys';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="api_keys",
        name="!rowgate columns",
        columns=("created_at", "expires_at", "id", "key_hash", "name", "prefix", "roles", "user_id"),
        function=("rowgate", "api_keys columns"),
    )
    op.create_wall_function(
        name="api_keys mask of key_hash",
        returns="trigger",
        body=(
            "BEGIN\n"
            "  IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') AND (\n"
            "    (OLD.user_id = (SELECT rowgate.context('id')::UUID)) IS NOT TRUE\n"
            "  ) THEN\n"
            "    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'rowgate:RG201:api_keys';\n"
            "  END IF;\n"
            "  RETURN NEW;\n"
            "END"
        ),
        language="plpgsql",
        definer=False,
    )
    op.create_column_trigger(
        table="api_keys",
        name="!rowgate mask of key_hash",
        columns=("key_hash",),
        function=("rowgate", "api_keys mask of key_hash"),
    )


def guard_idempotency_keys() -> None:
    """Make its policies."""
    op.enable_row_security(table="idempotency_keys")
    op.create_policy(table="idempotency_keys", name="owner", command="ALL", to=None, using="true", check="true")
    op.create_policy(
        table="idempotency_keys",
        name="allow read: my-requests",
        command="SELECT",
        using="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="idempotency_keys",
        name="allow create: my-requests",
        command="INSERT",
        check="user_id = (SELECT rowgate.context('id')::UUID)",
    )
    op.create_policy(
        table="idempotency_keys",
        name="allow delete: my-requests",
        command="DELETE",
        using="user_id = (SELECT rowgate.context('id')::UUID)",
    )


def guard_refresh_tokens() -> None:
    """Make its policies."""
    op.enable_row_security(table="refresh_tokens")
    op.create_policy(table="refresh_tokens", name="owner", command="ALL", to=None, using="true", check="true")


def guard_password_reset_tokens() -> None:
    """Make its policies."""
    op.enable_row_security(table="password_reset_tokens")
    op.create_policy(table="password_reset_tokens", name="owner", command="ALL", to=None, using="true", check="true")


def guard_login_attempts() -> None:
    """Make its policies."""
    op.enable_row_security(table="login_attempts")
    op.create_policy(table="login_attempts", name="owner", command="ALL", to=None, using="true", check="true")


def grant_rights() -> None:
    """Give the application what some rule allows somebody."""
    op.set_table_rights(
        table="documents", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None))
    )
    op.set_table_rights(
        table="document_shares", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None))
    )
    op.set_table_rights(
        table="users",
        rights=(
            ("SELECT", ("id", "username", "email", "is_active", "created_at", "ctid")),
            ("INSERT", None),
            ("UPDATE", None),
        ),
    )
    op.set_table_rights(table="roles", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None)))
    op.set_table_rights(
        table="user_roles", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None))
    )
    op.set_table_rights(table="role_parents", rights=(("SELECT", None), ("INSERT", None), ("DELETE", None)))
    op.set_table_rights(table="role_exclusions", rights=(("SELECT", None), ("INSERT", None), ("DELETE", None)))
    op.set_table_rights(
        table="configurations", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None))
    )
    op.set_table_rights(
        table="role_configurations", rights=(("SELECT", None), ("INSERT", None), ("UPDATE", None), ("DELETE", None))
    )
    op.set_table_rights(table="audit_log", rights=(("SELECT", None), ("INSERT", None)))
    op.set_table_rights(table="login_sessions", rights=(("SELECT", None), ("UPDATE", None)))
    op.set_table_rights(
        table="api_keys",
        rights=(
            ("SELECT", ("id", "user_id", "name", "prefix", "roles", "created_at", "expires_at", "revoked_at", "ctid")),
            ("INSERT", None),
            ("UPDATE", None),
        ),
    )
    op.set_table_rights(table="idempotency_keys", rights=(("SELECT", None), ("INSERT", None), ("DELETE", None)))


def downgrade() -> None:
    """Take it all down, in the opposite order."""
    op.set_table_rights(table="idempotency_keys", rights=())
    op.set_table_rights(table="api_keys", rights=())
    op.set_table_rights(table="login_sessions", rights=())
    op.set_table_rights(table="audit_log", rights=())
    op.set_table_rights(table="role_configurations", rights=())
    op.set_table_rights(table="configurations", rights=())
    op.set_table_rights(table="role_exclusions", rights=())
    op.set_table_rights(table="role_parents", rights=())
    op.set_table_rights(table="user_roles", rights=())
    op.set_table_rights(table="roles", rights=())
    op.set_table_rights(table="users", rights=())
    op.set_table_rights(table="document_shares", rights=())
    op.set_table_rights(table="documents", rights=())
    op.drop_policy(table="login_attempts", name="owner")
    op.disable_row_security(table="login_attempts")
    op.drop_policy(table="password_reset_tokens", name="owner")
    op.disable_row_security(table="password_reset_tokens")
    op.drop_policy(table="refresh_tokens", name="owner")
    op.disable_row_security(table="refresh_tokens")
    op.drop_policy(table="idempotency_keys", name="allow delete: my-requests")
    op.drop_policy(table="idempotency_keys", name="allow create: my-requests")
    op.drop_policy(table="idempotency_keys", name="allow read: my-requests")
    op.drop_policy(table="idempotency_keys", name="owner")
    op.disable_row_security(table="idempotency_keys")
    op.drop_column_trigger(table="api_keys", name="!rowgate mask of key_hash")
    op.drop_wall_function(name="api_keys mask of key_hash")
    op.drop_column_trigger(table="api_keys", name="!rowgate columns")
    op.drop_wall_function(name="api_keys columns")
    op.drop_policy(table="api_keys", name="restrict create: mask of key_hash")
    op.drop_policy(table="api_keys", name="allow update: revoke-my-keys")
    op.drop_policy(table="api_keys", name="allow create: my-keys")
    op.drop_policy(table="api_keys", name="allow read: my-keys")
    op.drop_policy(table="api_keys", name="owner")
    op.disable_row_security(table="api_keys")
    op.drop_column_trigger(table="login_sessions", name="!rowgate columns")
    op.drop_wall_function(name="login_sessions columns")
    op.drop_policy(table="login_sessions", name="allow update: revoke-my-log-ins")
    op.drop_policy(table="login_sessions", name="allow read: my-log-ins")
    op.drop_policy(table="login_sessions", name="owner")
    op.disable_row_security(table="login_sessions")
    op.drop_policy(table="audit_log", name="allow create: add")
    op.drop_policy(table="audit_log", name="allow read: my-own")
    op.drop_policy(table="audit_log", name="allow read: admin")
    op.drop_policy(table="audit_log", name="owner")
    op.disable_row_security(table="audit_log")
    op.drop_policy(table="role_configurations", name="allow delete: admin")
    op.drop_policy(table="role_configurations", name="allow update: admin-grants")
    op.drop_policy(table="role_configurations", name="allow create: admin-grants")
    op.drop_policy(table="role_configurations", name="allow read: admin")
    op.drop_policy(table="role_configurations", name="allow read by other tables: my-roles")
    op.drop_policy(table="role_configurations", name="owner")
    op.disable_row_security(table="role_configurations")
    op.drop_column_trigger(table="configurations", name="!rowgate columns")
    op.drop_wall_function(name="configurations columns")
    op.drop_policy(table="configurations", name="allow delete: admin")
    op.drop_policy(table="configurations", name="allow update by other tables: granted-changes")
    op.drop_policy(table="configurations", name="allow update: admin")
    op.drop_policy(table="configurations", name="allow create: admin")
    op.drop_policy(table="configurations", name="allow read by other tables: granted")
    op.drop_policy(table="configurations", name="allow read: admin")
    op.drop_policy(table="configurations", name="owner")
    op.disable_row_security(table="configurations")
    op.drop_policy(table="role_exclusions", name="allow delete: admin")
    op.drop_policy(table="role_exclusions", name="allow create: admin-excludes")
    op.drop_policy(table="role_exclusions", name="allow read: vocabulary")
    op.drop_policy(table="role_exclusions", name="owner")
    op.disable_row_security(table="role_exclusions")
    op.drop_policy(table="role_parents", name="allow delete: admin")
    op.drop_policy(table="role_parents", name="allow create by other tables: admin-grants")
    op.drop_policy(table="role_parents", name="allow read: vocabulary")
    op.drop_policy(table="role_parents", name="owner")
    op.disable_row_security(table="role_parents")
    op.drop_policy(table="user_roles", name="allow delete: admin")
    op.drop_policy(table="user_roles", name="allow update by other tables: admin-grants")
    op.drop_policy(table="user_roles", name="allow create by other tables: admin-first")
    op.drop_policy(table="user_roles", name="allow create by other tables: admin-grants")
    op.drop_policy(table="user_roles", name="allow read: admin")
    op.drop_policy(table="user_roles", name="allow read: my-roles")
    op.drop_policy(table="user_roles", name="owner")
    op.disable_row_security(table="user_roles")
    op.drop_column_trigger(table="roles", name="!rowgate columns")
    op.drop_wall_function(name="roles columns")
    op.drop_policy(table="roles", name="allow delete: admin")
    op.drop_policy(table="roles", name="allow update: admin-describes")
    op.drop_policy(table="roles", name="allow update: admin")
    op.drop_policy(table="roles", name="allow create: admin")
    op.drop_policy(table="roles", name="allow read: vocabulary")
    op.drop_policy(table="roles", name="owner")
    op.disable_row_security(table="roles")
    op.drop_column_trigger(table="users", name="!rowgate mask of hashed_password")
    op.drop_wall_function(name="users mask of hashed_password")
    op.drop_column_trigger(table="users", name="!rowgate columns")
    op.drop_wall_function(name="users columns")
    op.drop_policy(table="users", name="restrict create: mask of hashed_password")
    op.drop_policy(table="users", name="allow update: admin-changes")
    op.drop_policy(table="users", name="allow create: admin")
    op.drop_policy(table="users", name="allow read: admin")
    op.drop_policy(table="users", name="allow read: myself")
    op.drop_policy(table="users", name="owner")
    op.disable_row_security(table="users")
    op.drop_policy(table="document_shares", name="allow delete: admin")
    op.drop_policy(table="document_shares", name="allow delete by other tables: owner")
    op.drop_policy(table="document_shares", name="allow update by other tables: owner-grants")
    op.drop_policy(table="document_shares", name="allow create by other tables: owner-grants")
    op.drop_policy(table="document_shares", name="allow read: admin")
    op.drop_policy(table="document_shares", name="allow read by other tables: with-me")
    op.drop_policy(table="document_shares", name="allow read by other tables: owner")
    op.drop_policy(table="document_shares", name="owner")
    op.disable_row_security(table="document_shares")
    op.drop_column_trigger(table="documents", name="!rowgate columns")
    op.drop_wall_function(name="documents columns")
    op.drop_policy(table="documents", name="restrict delete: soft-delete")
    op.drop_policy(table="documents", name="restrict update: soft-delete")
    op.drop_policy(table="documents", name="restrict read: soft-delete")
    op.drop_policy(table="documents", name="allow delete: purge")
    op.drop_policy(table="documents", name="allow delete: owner")
    op.drop_policy(table="documents", name="allow update: restore")
    op.drop_policy(table="documents", name="allow update by other tables: editor")
    op.drop_policy(table="documents", name="allow update: owner")
    op.drop_policy(table="documents", name="allow create: own-new")
    op.drop_policy(table="documents", name="allow read by other tables: viewer")
    op.drop_policy(table="documents", name="allow read: owner")
    op.drop_policy(table="documents", name="allow read: free")
    op.drop_policy(table="documents", name="allow read: paid")
    op.drop_policy(table="documents", name="allow read: admin")
    op.drop_policy(table="documents", name="owner")
    op.disable_row_security(table="documents")
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."principal_2"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."principal_1"()')
    op.revoke_privilege(
        privileges="EXECUTE", on='FUNCTION "rowgate"."search_documents_search"(tsquery, bigint, double precision, UUID)'
    )
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."role_configurations_my_roles"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."configurations_granted_changes"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."configurations_granted"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."role_parents_admin_grants"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."user_roles_admin_first"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."user_roles_admin_grants"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."document_shares_with_me"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."document_shares_owner"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."documents_editor"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."documents_viewer"()')
    op.drop_wall_function(name="principal_2")
    op.drop_wall_function(name="principal_1")
    op.drop_wall_function(name="search_documents_search", arguments="tsquery, bigint, double precision, UUID")
    op.drop_wall_function(name="role_configurations_my_roles")
    op.drop_wall_function(name="configurations_granted_changes")
    op.drop_wall_function(name="configurations_granted")
    op.drop_wall_function(name="role_parents_admin_grants")
    op.drop_wall_function(name="user_roles_admin_first")
    op.drop_wall_function(name="user_roles_admin_grants")
    op.drop_wall_function(name="document_shares_with_me")
    op.drop_wall_function(name="document_shares_owner")
    op.drop_wall_function(name="documents_editor")
    op.drop_wall_function(name="documents_viewer")
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."lifted"(name text)')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."has_any"(names text[])')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."roles"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."attr"(name text)')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."id"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."known"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."acting"()')
    op.revoke_privilege(privileges="EXECUTE", on='FUNCTION "rowgate"."context"(name text)')
    op.drop_wall_function(name="lifted", arguments="name text")
    op.drop_wall_function(name="has_any", arguments="names text[]")
    op.drop_wall_function(name="roles")
    op.drop_wall_function(name="attr", arguments="name text")
    op.drop_wall_function(name="id")
    op.drop_wall_function(name="known")
    op.drop_wall_function(name="acting")
    op.drop_wall_function(name="context", arguments="name text")
    op.drop_wall_function(name="subject", arguments="name text")
    op.drop_wall_table(name="keys")
    op.revoke_privilege(privileges="USAGE", on='SCHEMA "rowgate"')
    op.drop_wall_schema(name="rowgate")
