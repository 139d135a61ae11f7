-- Both legs of a search over the chunks of one owner, each with the other's score.
--
-- The only way to vectors and postings: it takes the owner, filters by it at every
-- table, and is the service role's alone.
--
-- p_documents     where to look; NULL: in all documents of the owner
-- p_embedding     the query's vector; NULL: the keyword leg alone
-- p_is_exact      whether all vectors are compared, or the graph (HNSW) is followed
-- p_tokens        numbers of the query's words; one word has a term for each language
-- p_languages     the documents' languages that the terms belong to
-- p_terms         the query's terms
-- p_weights       what the idf of each counts for, range (0, 1]; words of grammar little
-- p_chunks        how many chunks there are where it looks
-- p_average       how many terms one of them has on average
-- p_limit         how many candidates each leg may name
--
-- BM25 as Lucene computes it: k1 = 1.2, b = 0.75, idf = ln(1 + (N - df + 0.5) / (df + 0.5))
-- (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009). `strength` is
-- BM25 over the most that any chunk could have, and `coverage` how much of the sum of
-- the query's idf the chunk's terms hold: both in [0, 1].
CREATE FUNCTION documents_search(
    p_owner uuid,
    p_index smallint,
    p_documents uuid[],
    p_embedding halfvec,
    p_is_exact boolean,
    p_tokens integer[],
    p_languages text[],
    p_terms text[],
    p_weights double precision[],
    p_chunks bigint,
    p_average double precision,
    p_limit integer
) RETURNS TABLE (
    chunk_id uuid,
    document_id uuid,
    similarity double precision,
    bm25 double precision,
    strength double precision,
    coverage double precision,
    is_near boolean,
    is_worded boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET hnsw.iterative_scan = 'relaxed_order'
SET hnsw.ef_search = 300
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    near uuid[] := '{}';
    common integer[] := '{}';
BEGIN
    IF p_embedding IS NOT NULL THEN
        -- Planned anew for each call: which partition, and whether its graph helps.
        EXECUTE format(
            'SELECT coalesce(array_agg(v.chunk_id), ''{}'') FROM ('
            ' SELECT chunk_id FROM documents_chunkvector_%s'
            ' WHERE owner_id = $1 AND ($3 IS NULL OR document_id = ANY ($3))'
            ' ORDER BY (embedding <=> $2) %s LIMIT $4) v',
            p_index,
            -- An expression that no index has.
            CASE WHEN p_is_exact THEN '+ 0' ELSE '' END)
        INTO near USING p_owner, p_embedding, p_documents, p_limit;
    END IF;
    IF p_chunks > 10000 THEN
        -- Reading all postings of a common word takes long and says little: beside
        -- rarer words those are left out that come after the first 60,000 postings.
        SELECT coalesce(array_agg(token), '{}') INTO common
        FROM (
            SELECT token, chunks, sum(chunks) OVER (ORDER BY chunks, token) AS so_far
            FROM (
                SELECT word.token, sum(cardinality(p.postings)) AS chunks
                FROM unnest(p_tokens, p_languages, p_terms)
                    AS word (token, language, term)
                JOIN documents_posting p ON p.owner_id = p_owner
                    AND p.term = word.term AND p.language = word.language
                WHERE p_documents IS NULL OR p.document_id = ANY (p_documents)
                GROUP BY word.token
            ) AS counted
        ) AS added
        WHERE so_far > 60000 AND so_far > chunks;
    END IF;
    RETURN QUERY
    WITH word AS (
        SELECT * FROM unnest(p_tokens, p_languages, p_terms, p_weights)
            AS t (token, language, term, share)
        WHERE token <> ALL (common)
    ), hit AS MATERIALIZED (
        SELECT word.token, word.share, p.document_id, unnest(p.postings) AS posting
        FROM word
        JOIN documents_posting p ON p.owner_id = p_owner
            AND p.term = word.term AND p.language = word.language
        WHERE p_documents IS NULL OR p.document_id = ANY (p_documents)
    ), frequency AS (
        SELECT token, max(share) AS share, count(*) AS chunks FROM hit GROUP BY token
    ), weight AS (
        SELECT token, share * ln(1 + (greatest(p_chunks, chunks) - chunks + 0.5)
            / (chunks + 0.5)::double precision) AS idf
        FROM frequency
    ), unseen AS (
        -- Words that no chunk has would have been the rarest of all.
        SELECT sum(share) * ln(1 + (p_chunks + 0.5) / 0.5) AS idf
        FROM (
            SELECT max(word.share) AS share FROM word
            WHERE word.token NOT IN (SELECT token FROM frequency)
            GROUP BY word.token
        ) AS each
    ), total AS (
        SELECT sum(idf) AS idf
        FROM (SELECT idf FROM weight UNION ALL SELECT idf FROM unseen) AS each
    ), scored AS MATERIALIZED (
        SELECT hit.document_id, (posting >> 32)::integer AS ordinal,
            sum(weight.idf * 2.2 * ((posting >> 16) & 65535)
                / (((posting >> 16) & 65535)
                   + 1.2 * (0.25 + 0.75 * (posting & 65535) / p_average))) AS bm25,
            sum(weight.idf) AS held
        FROM hit
        JOIN weight USING (token)
        GROUP BY hit.document_id, (posting >> 32)::integer
    ), worded AS (
        SELECT * FROM scored ORDER BY scored.bm25 DESC LIMIT p_limit
    ), candidate AS (
        SELECT c.id, c.document_id, c.ordinal
        FROM documents_documentchunk c
        WHERE c.id = ANY (near) AND c.owner_id = p_owner
        UNION
        SELECT c.id, c.document_id, c.ordinal
        FROM worded
        JOIN documents_documentchunk c ON c.document_id = worded.document_id
            AND c.ordinal = worded.ordinal AND c.owner_id = p_owner
    )
    SELECT candidate.id, candidate.document_id,
        1 - (v.embedding <=> p_embedding),
        scored.bm25::double precision,
        (scored.bm25 / (2.2 * (SELECT idf FROM total)))::double precision,
        (scored.held / (SELECT idf FROM total))::double precision,
        candidate.id = ANY (near),
        worded.ordinal IS NOT NULL
    FROM candidate
    LEFT JOIN scored USING (document_id, ordinal)
    LEFT JOIN worded USING (document_id, ordinal)
    LEFT JOIN documents_chunkvector v ON p_embedding IS NOT NULL
        AND v.index_id = p_index AND v.chunk_id = candidate.id AND v.owner_id = p_owner;
END
$$;
REVOKE ALL ON FUNCTION documents_search FROM PUBLIC, lamla_app;
GRANT EXECUTE ON FUNCTION documents_search TO lamla_service;
