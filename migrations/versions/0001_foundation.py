"""Foundation: persons, cases, plans, keys, the trace, and row-level security over all of it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0001_foundation'
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"


def run_sql(name: str) -> None:
    """Run a file of statements as it stands (the driver, not SQLAlchemy, so that % means nothing)."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('institution_id', sa.BigInteger(), nullable=True),
    sa.Column('victim_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event'))
    )
    op.create_index('ix_audit_event_probe', 'audit_event', ['user_id', 'at'], unique=False, postgresql_where=sa.text("action = 'victims.probe'"))
    op.create_index('ix_audit_event_user_id', 'audit_event', ['user_id', 'id'], unique=False)
    op.create_index('ix_audit_event_victim_id', 'audit_event', ['victim_id', 'id'], unique=False)
    op.create_table('audit_queue',
    sa.Column('event_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_audit_queue'))
    )
    op.create_table('institution',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sector', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution')),
    sa.UniqueConstraint('code', name=op.f('uq_institution_code'))
    )
    op.create_table('kek',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('root_key_id', sa.Text(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kek')),
    sa.UniqueConstraint('purpose', 'version', name=op.f('uq_kek_purpose_version'))
    )
    op.create_table('role_grant',
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('population', sa.SmallInteger(), nullable=False),
    sa.Column('permissions', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('listed', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('opened', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('full', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('own_only', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('written', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('policy_version', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('role', name=op.f('pk_role_grant'))
    )
    op.create_table('unit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_unit_institution_id_institution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_unit_code'))
    )
    op.create_index(op.f('ix_unit_institution_id'), 'unit', ['institution_id'], unique=False)
    op.create_table('user_account',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('supervisor', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('service_account', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('failed_logins', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_user_account_institution_id_institution')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_user_account_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('username', name=op.f('uq_user_account_username'))
    )
    op.create_index(op.f('ix_user_account_institution_id'), 'user_account', ['institution_id'], unique=False)
    op.create_index(op.f('ix_user_account_unit_id'), 'user_account', ['unit_id'], unique=False)
    op.create_table('auth_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_auth_session_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auth_session'))
    )
    op.create_index(op.f('ix_auth_session_user_id'), 'auth_session', ['user_id'], unique=False)
    op.create_table('idempotency_key',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('result_code', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_idempotency_key_user_id_user_account')),
    sa.PrimaryKeyConstraint('user_id', 'key', name=op.f('pk_idempotency_key'))
    )
    op.create_table('victim',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('registered_unit_id', sa.BigInteger(), nullable=False),
    sa.Column('registered_by', sa.BigInteger(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['registered_by'], ['user_account.id'], name=op.f('fk_victim_registered_by_user_account')),
    sa.ForeignKeyConstraint(['registered_unit_id'], ['unit.id'], name=op.f('fk_victim_registered_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_victim'))
    )
    op.create_table('compartment_head',
    sa.Column('victim_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('compartment', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('filled_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_compartment_head_unit_id_unit')),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_compartment_head_victim_id_victim')),
    sa.PrimaryKeyConstraint('victim_id', 'compartment', name=op.f('pk_compartment_head'))
    )
    op.create_table('profile',
    sa.Column('victim_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('sex', sa.Text(), nullable=True),
    sa.Column('nationality', sa.Text(), nullable=True),
    sa.Column('age_years', sa.SmallInteger(), nullable=True),
    sa.Column('age_min', sa.SmallInteger(), nullable=True),
    sa.Column('age_max', sa.SmallInteger(), nullable=True),
    sa.Column('age_estimated', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_profile_victim_id_victim')),
    sa.PrimaryKeyConstraint('victim_id', name=op.f('pk_profile'))
    )
    op.create_table('refresh_token',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['auth_session.id'], name=op.f('fk_refresh_token_session_id_auth_session')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_refresh_token_user_id_user_account')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_refresh_token'))
    )
    op.create_index('ix_refresh_token_session_id', 'refresh_token', ['session_id'], unique=False)
    op.create_table('trafficking_case',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('identification', sa.Text(), nullable=False),
    sa.Column('first_identified_on', sa.Date(), nullable=False),
    sa.Column('reference_year', sa.SmallInteger(), nullable=False),
    sa.Column('previous_case_id', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('opened_unit_id', sa.BigInteger(), nullable=False),
    sa.Column('opened_by', sa.BigInteger(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['opened_by'], ['user_account.id'], name=op.f('fk_trafficking_case_opened_by_user_account')),
    sa.ForeignKeyConstraint(['opened_unit_id'], ['unit.id'], name=op.f('fk_trafficking_case_opened_unit_id_unit')),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_trafficking_case_victim_id_victim')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_trafficking_case')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_trafficking_case_code_victim_id'))
    )
    op.create_index('ix_trafficking_case_reference_year', 'trafficking_case', ['reference_year'], unique=False)
    op.create_index('ix_trafficking_case_victim_id', 'trafficking_case', ['victim_id'], unique=False)
    op.create_table('victim_blob',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('compartment', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('schema_version', sa.SmallInteger(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_victim_blob_created_by_user_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_victim_blob_unit_id_unit')),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_victim_blob_victim_id_victim')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_victim_blob')),
    sa.UniqueConstraint('victim_id', 'compartment', 'version', name=op.f('uq_victim_blob_victim_id_compartment_version'))
    )
    op.create_table('victim_code',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_victim_code_victim_id_victim')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_victim_code'))
    )
    op.create_index(op.f('ix_victim_code_victim_id'), 'victim_code', ['victim_id'], unique=False)
    op.create_table('victim_key',
    sa.Column('victim_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('compartment', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kek_id', sa.BigInteger(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['kek_id'], ['kek.id'], name=op.f('fk_victim_key_kek_id_kek')),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_victim_key_victim_id_victim')),
    sa.PrimaryKeyConstraint('victim_id', 'compartment', 'version', name=op.f('pk_victim_key'))
    )
    op.create_table('victim_token',
    sa.Column('token', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['victim_id'], ['victim.id'], name=op.f('fk_victim_token_victim_id_victim')),
    sa.PrimaryKeyConstraint('token', 'victim_id', name=op.f('pk_victim_token'))
    )
    op.create_index('ix_victim_token_victim_id', 'victim_token', ['victim_id'], unique=False)
    op.create_table('assignment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('assigned_by', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_activity', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['assigned_by'], ['user_account.id'], name=op.f('fk_assignment_assigned_by_user_account')),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_assignment_case_id_victim_id_trafficking_case')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_assignment_unit_id_unit')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_assignment_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_assignment'))
    )
    op.create_index('uq_assignment_open', 'assignment', ['case_id', 'victim_id', 'user_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_assignment_user_recent', 'assignment', ['user_id', sa.literal_column('last_activity DESC'), 'victim_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('case_transition',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=False),
    sa.Column('by_unit_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['by_unit_id'], ['unit.id'], name=op.f('fk_case_transition_by_unit_id_unit')),
    sa.ForeignKeyConstraint(['by_user_id'], ['user_account.id'], name=op.f('fk_case_transition_by_user_id_user_account')),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_case_transition_case_id_victim_id_trafficking_case')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_case_transition'))
    )
    op.create_index('ix_case_transition_case_id', 'case_transition', ['case_id'], unique=False)
    op.create_table('exploitation',
    sa.Column('case_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('main_purpose', sa.Text(), nullable=True),
    sa.Column('purposes', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('means', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('acts', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('recruitment', sa.Text(), nullable=True),
    sa.Column('recruiter_relation', sa.Text(), nullable=True),
    sa.Column('activities', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('control_methods', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('country_of_exploitation', sa.Text(), nullable=True),
    sa.Column('transnational', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_exploitation_case_id_victim_id_trafficking_case')),
    sa.PrimaryKeyConstraint('case_id', 'victim_id', name=op.f('pk_exploitation'))
    )
    op.create_table('participation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('referral_id', sa.BigInteger(), nullable=True),
    sa.Column('compartments', sa.ARRAY(sa.Text()), nullable=True),
    sa.Column('population', sa.SmallInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_activity', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_participation_case_id_victim_id_trafficking_case')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_participation_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_participation'))
    )
    op.create_index('ix_participation_referral_id', 'participation', ['referral_id'], unique=False)
    op.create_index('ix_participation_unit_recent', 'participation', ['unit_id', sa.literal_column('last_activity DESC'), 'victim_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_participation_victim_id_unit_id', 'participation', ['victim_id', 'unit_id'], unique=False)
    op.create_table('placement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('admitted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('admitted_by', sa.BigInteger(), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('exit_reason', sa.Text(), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['admitted_by'], ['user_account.id'], name=op.f('fk_placement_admitted_by_user_account')),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_placement_case_id_victim_id_trafficking_case')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_placement_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_placement')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_placement_code_victim_id'))
    )
    op.create_index(op.f('ix_placement_unit_id'), 'placement', ['unit_id'], unique=False)
    op.create_index('ix_placement_victim_id', 'placement', ['victim_id'], unique=False)
    op.create_index('uq_placement_open', 'placement', ['case_id', 'victim_id'], unique=True, postgresql_where=sa.text('left_at IS NULL'))
    op.create_table('plan',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('responsible_user_id', sa.BigInteger(), nullable=False),
    sa.Column('place_of_execution', sa.Text(), nullable=False),
    sa.Column('pti_resolution', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('interpreter', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_plan_case_id_victim_id_trafficking_case')),
    sa.ForeignKeyConstraint(['responsible_user_id'], ['user_account.id'], name=op.f('fk_plan_responsible_user_id_user_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_plan_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_plan')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_plan_code_victim_id'))
    )
    op.create_index('ix_plan_case_id', 'plan', ['case_id'], unique=False)
    op.create_index('ix_plan_unit_id_state', 'plan', ['unit_id', 'state'], unique=False)
    op.create_table('referral',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('from_unit_id', sa.BigInteger(), nullable=False),
    sa.Column('to_unit_id', sa.BigInteger(), nullable=False),
    sa.Column('service_type', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('compartments', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_by', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.BigInteger(), nullable=True),
    sa.Column('refusal_reason', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('sealed_message', sa.LargeBinary(), nullable=True),
    sa.Column('sealed_answer', sa.LargeBinary(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['answered_by'], ['user_account.id'], name=op.f('fk_referral_answered_by_user_account')),
    sa.ForeignKeyConstraint(['case_id', 'victim_id'], ['trafficking_case.id', 'trafficking_case.victim_id'], name=op.f('fk_referral_case_id_victim_id_trafficking_case')),
    sa.ForeignKeyConstraint(['from_unit_id'], ['unit.id'], name=op.f('fk_referral_from_unit_id_unit')),
    sa.ForeignKeyConstraint(['sent_by'], ['user_account.id'], name=op.f('fk_referral_sent_by_user_account')),
    sa.ForeignKeyConstraint(['to_unit_id'], ['unit.id'], name=op.f('fk_referral_to_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_referral')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_referral_code_victim_id'))
    )
    op.create_index('ix_referral_case_id', 'referral', ['case_id'], unique=False)
    op.create_index('ix_referral_from_unit_id_state', 'referral', ['from_unit_id', 'state'], unique=False)
    op.create_index('ix_referral_to_unit_id_state', 'referral', ['to_unit_id', 'state'], unique=False)
    op.create_table('plan_objective',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('domain', sa.Text(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_plan_objective_created_by_user_account')),
    sa.ForeignKeyConstraint(['plan_id', 'victim_id'], ['plan.id', 'plan.victim_id'], name=op.f('fk_plan_objective_plan_id_victim_id_plan')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_plan_objective')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_plan_objective_code_victim_id'))
    )
    op.create_index('ix_plan_objective_plan_id', 'plan_objective', ['plan_id'], unique=False)
    op.create_table('plan_signature',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('signer', sa.Text(), nullable=False),
    sa.Column('manner', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['by_user_id'], ['user_account.id'], name=op.f('fk_plan_signature_by_user_id_user_account')),
    sa.ForeignKeyConstraint(['plan_id', 'victim_id'], ['plan.id', 'plan.victim_id'], name=op.f('fk_plan_signature_plan_id_victim_id_plan')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_plan_signature')),
    sa.UniqueConstraint('victim_id', 'plan_id', 'number', 'signer', name=op.f('uq_plan_signature_victim_id_plan_id_number_signer'))
    )
    op.create_table('plan_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_plan_version_created_by_user_account')),
    sa.ForeignKeyConstraint(['plan_id', 'victim_id'], ['plan.id', 'plan.victim_id'], name=op.f('fk_plan_version_plan_id_victim_id_plan')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_plan_version')),
    sa.UniqueConstraint('victim_id', 'plan_id', 'number', name=op.f('uq_plan_version_victim_id_plan_id_number'))
    )
    op.create_table('plan_activity',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('objective_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.BigInteger(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['user_account.id'], name=op.f('fk_plan_activity_created_by_user_account')),
    sa.ForeignKeyConstraint(['objective_id', 'victim_id'], ['plan_objective.id', 'plan_objective.victim_id'], name=op.f('fk_plan_activity_objective_id_victim_id_plan_objective')),
    sa.ForeignKeyConstraint(['plan_id', 'victim_id'], ['plan.id', 'plan.victim_id'], name=op.f('fk_plan_activity_plan_id_victim_id_plan')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_plan_activity_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_plan_activity')),
    sa.UniqueConstraint('code', 'victim_id', name=op.f('uq_plan_activity_code_victim_id'))
    )
    op.create_index('ix_plan_activity_plan_id', 'plan_activity', ['plan_id'], unique=False)
    op.create_index('ix_plan_activity_unit_id_state_due_on', 'plan_activity', ['unit_id', 'state', 'due_on'], unique=False)
    op.create_table('progress_note',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('victim_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('activity_id', sa.BigInteger(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=False),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=False),
    sa.Column('by_unit_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id', 'victim_id'], ['plan_activity.id', 'plan_activity.victim_id'], name=op.f('fk_progress_note_activity_id_victim_id_plan_activity')),
    sa.ForeignKeyConstraint(['by_unit_id'], ['unit.id'], name=op.f('fk_progress_note_by_unit_id_unit')),
    sa.ForeignKeyConstraint(['by_user_id'], ['user_account.id'], name=op.f('fk_progress_note_by_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', 'victim_id', name=op.f('pk_progress_note'))
    )
    op.create_index('ix_progress_note_activity_id', 'progress_note', ['activity_id'], unique=False)
    run_sql("0001_security.sql")


def downgrade() -> None:
    run_sql("0001_security_down.sql")
    op.drop_index('ix_progress_note_activity_id', table_name='progress_note')
    op.drop_table('progress_note')
    op.drop_index('ix_plan_activity_unit_id_state_due_on', table_name='plan_activity')
    op.drop_index('ix_plan_activity_plan_id', table_name='plan_activity')
    op.drop_table('plan_activity')
    op.drop_table('plan_version')
    op.drop_table('plan_signature')
    op.drop_index('ix_plan_objective_plan_id', table_name='plan_objective')
    op.drop_table('plan_objective')
    op.drop_index('ix_referral_to_unit_id_state', table_name='referral')
    op.drop_index('ix_referral_from_unit_id_state', table_name='referral')
    op.drop_index('ix_referral_case_id', table_name='referral')
    op.drop_table('referral')
    op.drop_index('ix_plan_unit_id_state', table_name='plan')
    op.drop_index('ix_plan_case_id', table_name='plan')
    op.drop_table('plan')
    op.drop_index('uq_placement_open', table_name='placement', postgresql_where=sa.text('left_at IS NULL'))
    op.drop_index('ix_placement_victim_id', table_name='placement')
    op.drop_index(op.f('ix_placement_unit_id'), table_name='placement')
    op.drop_table('placement')
    op.drop_index('ix_participation_victim_id_unit_id', table_name='participation')
    op.drop_index('ix_participation_unit_recent', table_name='participation', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_participation_referral_id', table_name='participation')
    op.drop_table('participation')
    op.drop_table('exploitation')
    op.drop_index('ix_case_transition_case_id', table_name='case_transition')
    op.drop_table('case_transition')
    op.drop_index('ix_assignment_user_recent', table_name='assignment', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('uq_assignment_open', table_name='assignment', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('assignment')
    op.drop_index('ix_victim_token_victim_id', table_name='victim_token')
    op.drop_table('victim_token')
    op.drop_table('victim_key')
    op.drop_index(op.f('ix_victim_code_victim_id'), table_name='victim_code')
    op.drop_table('victim_code')
    op.drop_table('victim_blob')
    op.drop_index('ix_trafficking_case_victim_id', table_name='trafficking_case')
    op.drop_index('ix_trafficking_case_reference_year', table_name='trafficking_case')
    op.drop_table('trafficking_case')
    op.drop_index('ix_refresh_token_session_id', table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_table('profile')
    op.drop_table('compartment_head')
    op.drop_table('victim')
    op.drop_table('idempotency_key')
    op.drop_index(op.f('ix_auth_session_user_id'), table_name='auth_session')
    op.drop_table('auth_session')
    op.drop_index(op.f('ix_user_account_unit_id'), table_name='user_account')
    op.drop_index(op.f('ix_user_account_institution_id'), table_name='user_account')
    op.drop_table('user_account')
    op.drop_index(op.f('ix_unit_institution_id'), table_name='unit')
    op.drop_table('unit')
    op.drop_table('role_grant')
    op.drop_table('kek')
    op.drop_table('institution')
    op.drop_table('audit_queue')
    op.drop_index('ix_audit_event_victim_id', table_name='audit_event')
    op.drop_index('ix_audit_event_probe', table_name='audit_event', postgresql_where=sa.text("action = 'victims.probe'"))
    op.drop_index('ix_audit_event_user_id', table_name='audit_event')
    op.drop_table('audit_event')
