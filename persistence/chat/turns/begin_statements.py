"""The SQL that begins a turn: one statement finds, one stores."""

from __future__ import annotations

from persistence.chat.scopes import MISSING_COLLECTION, MISSING_DOCUMENT

# Ids are computed in a SELECT of their own, because under row-level security PostgreSQL
# uses no index for a comparison that holds a COALESCE.
# A scope of NULL is all documents, in the row and as it is asked for.
FIND = f"""
WITH RECURSIVE known AS (
    SELECT g.id, g.body_hash, g.conversation_id, answer.parent_id AS question_id,
        c.delete_time IS NOT NULL AS is_deleted, c.title_by, c.scope
    FROM chat_generation g
    JOIN chat_message answer ON answer.generation_id = g.id
    JOIN chat_conversation c ON c.id = g.conversation_id
    WHERE g.owner_id = %(owner_id)s AND g.request_id = %(request_id)s
), target AS (
    SELECT c.id, c.title <> '' AS has_title, c.title_by, c.scope
    FROM chat_conversation c
    WHERE c.owner_id = %(owner_id)s
      AND c.id = (SELECT COALESCE(%(conversation_id)s, (
          SELECT m.conversation_id
          FROM chat_message m
          WHERE m.id = %(message_id)s AND m.owner_id = %(owner_id)s
      )))
      AND c.delete_time IS NULL
      AND NOT EXISTS (SELECT FROM known)
    FOR NO KEY UPDATE
), named AS (
    SELECT m.id, m.parent_id, m.role, m.generation_id,
        CASE WHEN %(continues)s THEN m.text END AS text
    FROM chat_message m
    WHERE m.conversation_id = (SELECT id FROM target)
      AND m.id = COALESCE(%(message_id)s, m.id)
    ORDER BY m.id DESC
    LIMIT 1
), branch AS (
    SELECT m.id, m.parent_id, m.role, m.text, m.generation_id, 1 AS depth
    FROM chat_message m
    WHERE m.owner_id = %(owner_id)s
      AND m.id = (SELECT COALESCE(
          (SELECT question_id FROM known),
          (SELECT CASE WHEN %(above)s THEN parent_id ELSE id END FROM named)
      ))
    UNION ALL
    SELECT m.id, m.parent_id, m.role, m.text, m.generation_id, branch.depth + 1
    FROM branch
    -- OFFSET keeps the look-up by id from becoming a join over the whole table.
    CROSS JOIN LATERAL (
        SELECT * FROM chat_message p WHERE p.id = branch.parent_id OFFSET 0
    ) m
    WHERE branch.depth < %(history_messages)s
), history AS (
    SELECT
        array_agg(branch.role ORDER BY depth DESC) AS roles,
        array_agg(
            CASE WHEN branch.generation_id IS NULL OR branch.text <> ''
                THEN branch.text
                ELSE COALESCE((
                    SELECT string_agg(d.text, '' ORDER BY d.text_offset)
                    FROM chat_generationdelta d
                    WHERE d.generation_id = branch.generation_id
                ), '')
            END ORDER BY depth DESC
        ) AS texts
    FROM branch
), scoped AS (
    SELECT CASE WHEN %(sets_scope)s THEN %(scope)s::jsonb
        ELSE COALESCE((SELECT scope FROM target), (SELECT scope FROM known))
    END AS scope
)
SELECT
    EXISTS (
        SELECT FROM identity_session s
        WHERE s.id = %(session_id)s AND s.user_id = %(owner_id)s
          AND s.end_time IS NULL AND s.expire_time > statement_timestamp()
    ),
    known.id, known.body_hash, known.conversation_id, known.is_deleted,
    target.id, COALESCE(target.has_title, false),
    COALESCE(known.title_by, target.title_by, 0) = 0,
    named.id, named.parent_id, named.role, named.text, named.generation_id,
    of_named.state, of_named.finish_reason,
    scoped.scope,
    CASE
        WHEN scoped.scope IS NULL THEN EXISTS (
            SELECT FROM documents_document d
            WHERE d.owner_id = %(owner_id)s AND d.state = 3 AND d.chunk_count > 0
        )
        WHEN scoped.scope -> 'kind' = '2' THEN EXISTS (
            SELECT FROM documents_document d
            WHERE d.id IN (
                SELECT named_id::uuid
                FROM jsonb_array_elements_text(scoped.scope -> 'document_ids')
                    AS named_id
                UNION ALL
                SELECT cd.document_id
                FROM jsonb_array_elements_text(scoped.scope -> 'collection_ids')
                    AS named_id
                JOIN documents_collectiondocument cd
                    ON cd.collection_id = named_id::uuid
            ) AND d.owner_id = %(owner_id)s AND d.state = 3 AND d.chunk_count > 0
        )
        ELSE false
    END,
    ({MISSING_DOCUMENT}), ({MISSING_COLLECTION}),
    history.roles, history.texts
FROM history
CROSS JOIN scoped
LEFT JOIN known ON true
LEFT JOIN target ON true
LEFT JOIN named ON true
LEFT JOIN chat_generation of_named ON of_named.id = named.generation_id
"""  # noqa: S608 - Nobody's input.

STORE = """
WITH started AS (
    INSERT INTO chat_generation (
        id, owner_id, conversation_id, request_id, body_hash, config, prompt_version,
        start_time, last_sequence, text_length, prefix_length, epoch, gateway_endpoint,
        worker_endpoint, lease_duration, lease_expires, state, model, provider,
        finish_reason
    ) VALUES (
        %(generation_id)s, %(owner_id)s, %(conversation_id)s, %(request_id)s,
        %(body_hash)s, %(config)s, %(prompt_version)s, statement_timestamp(),
        %(last_sequence)s, %(prefix_length)s, %(prefix_length)s, 1,
        %(gateway_endpoint)s, '', %(lease_duration)s,
        statement_timestamp() + %(lease_duration)s, 1, %(model)s, '', 0
    )
    ON CONFLICT (owner_id, request_id) DO NOTHING
    RETURNING start_time, lease_expires
), opened AS (
    INSERT INTO chat_conversation (
        id, owner_id, title, create_time, update_time, scope
    )
    SELECT %(conversation_id)s, %(owner_id)s, %(title)s, start_time, start_time,
        %(scope)s::jsonb
    FROM started
    WHERE %(opens)s
), touched AS (
    UPDATE chat_conversation c
    SET update_time = started.start_time,
        title = CASE WHEN %(names)s THEN %(title)s ELSE c.title END,
        current_message_id = NULL,
        scope = CASE WHEN %(sets_scope)s THEN %(scope)s::jsonb ELSE c.scope END
    FROM started
    WHERE c.id = %(conversation_id)s AND NOT %(opens)s
), asked AS (
    INSERT INTO chat_message (
        id, owner_id, conversation_id, parent_id, role, text, create_time
    )
    SELECT %(question_id)s, %(owner_id)s, %(conversation_id)s, %(parent_id)s, 1,
        %(text)s, start_time
    FROM started
    WHERE %(asks)s
), answered AS (
    INSERT INTO chat_message (
        id, owner_id, conversation_id, parent_id, role, text, create_time,
        generation_id
    )
    SELECT %(answer_id)s, %(owner_id)s, %(conversation_id)s, %(question_id)s, 2, '',
        start_time, %(generation_id)s
    FROM started
), prefixed AS (
    INSERT INTO chat_generationdelta (
        generation_id, owner_id, text_offset, text, last_sequence
    )
    SELECT %(generation_id)s, %(owner_id)s, 0, %(prefix)s, %(last_sequence)s
    FROM started
    WHERE %(prefix_length)s > 0
), entered AS (
    INSERT INTO chat_searchentry (id, owner_id, conversation_id, message_id, words)
    SELECT %(question_id)s, %(owner_id)s, %(conversation_id)s, %(question_id)s,
        %(words)s::tsvector
    FROM started
    WHERE %(asks)s
), titled AS (
    INSERT INTO chat_searchentry (id, owner_id, conversation_id, words)
    SELECT %(conversation_id)s, %(owner_id)s, %(conversation_id)s,
        %(title_words)s::tsvector
    FROM started
    WHERE %(names)s
    ON CONFLICT (id) DO UPDATE SET words = excluded.words
)
SELECT start_time, lease_expires FROM started
"""
