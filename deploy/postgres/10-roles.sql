-- RUV-Trata: roles y base de datos. Ejecútelo con psql como superusuario; se puede repetir.
-- Dé después a cada rol su forma de entrar (certificado, peer o contraseña SCRAM).
\set ON_ERROR_STOP on
DO $$ BEGIN CREATE ROLE ruv_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
DO $$ BEGIN CREATE ROLE ruv_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
DO $$ BEGIN CREATE ROLE ruv_sealer; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_sealer LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
DO $$ BEGIN CREATE ROLE ruv_report; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_report LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
DO $$ BEGIN CREATE ROLE ruv_release; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_release LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
DO $$ BEGIN CREATE ROLE ruv_guard; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
ALTER ROLE ruv_guard NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
ALTER ROLE ruv_owner NOINHERIT;
GRANT ruv_guard TO ruv_owner;
SELECT 'CREATE DATABASE ruv OWNER ruv_owner TEMPLATE template0 ENCODING ''UTF8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ruv') \gexec
\connect ruv
ALTER DATABASE ruv OWNER TO ruv_owner;
ALTER DATABASE ruv SET timezone = 'UTC';
REVOKE ALL ON DATABASE ruv FROM PUBLIC;
GRANT CONNECT ON DATABASE ruv TO ruv_owner, ruv_app, ruv_sealer, ruv_report, ruv_release;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO ruv_owner;
GRANT USAGE ON SCHEMA public TO ruv_app, ruv_sealer, ruv_report, ruv_guard;
