-- Undoes 0015_documents.sql: files, prints and counts of satisfaction go.

SET ROLE ruv_guard;
DROP FUNCTION ruv.evidence_stored(bigint, bigint), ruv.verify_document(text, bytea), ruv.empty_urn(),
    ruv.add_satisfaction(date, jsonb);
RESET ROLE;
DROP TABLE evidence_chunk, evidence_file, printed_document, satisfaction_urn, satisfaction_count;
