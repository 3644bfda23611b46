## free: select, postgresql
SELECT free.word FROM free
-- returns word; uses free

## free: select, sqlite
SELECT free.word FROM free
-- returns word; uses free

## free: select for update, postgresql
SELECT free.word FROM free FOR UPDATE
-- returns word; uses free

## free: select for update, sqlite
SELECT free.word FROM free
-- returns word; uses free

## free: insert, postgresql
INSERT INTO free (id, word) VALUES (%(id)s::INTEGER, %(word)s::VARCHAR)
-- returns ; uses free

## free: insert, sqlite
INSERT INTO free (id, word) VALUES (?, ?)
-- returns ; uses free

## free: insert, returning, postgresql
INSERT INTO free (word) VALUES (%(word)s::VARCHAR) RETURNING free.id
-- returns id; uses free

## free: insert, returning, sqlite
INSERT INTO free (word) VALUES (?) RETURNING id
-- returns id; uses free

## free: update, postgresql
UPDATE free SET word=%(word)s::VARCHAR WHERE (true)
-- returns ; uses free

## free: update, sqlite
UPDATE free SET word=? WHERE (1) = 1
-- returns ; uses free

## free: update of a key, postgresql
UPDATE free SET word=%(word)s::VARCHAR WHERE free.id = %(k)s::INTEGER AND (true)
-- returns ; uses free

## free: update of a key, sqlite
UPDATE free SET word=? WHERE free.id = ? AND (1) = 1
-- returns ; uses free

## free: delete, postgresql
DELETE FROM free WHERE (true)
-- returns ; uses free

## free: delete, sqlite
DELETE FROM free WHERE (1) = 1
-- returns ; uses free

## free: upsert, postgresql
INSERT INTO free (id) VALUES (%(id)s::INTEGER) ON CONFLICT (id) DO UPDATE SET word = %(param_1)s::VARCHAR
-- returns ; uses free

## free: upsert, sqlite
INSERT INTO free (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET word = ?
-- returns ; uses free

## free: upsert with a condition, postgresql
INSERT INTO free (id) VALUES (%(id)s::INTEGER) ON CONFLICT (id) DO UPDATE SET word = %(param_1)s::VARCHAR WHERE free.word = %(word_1)s::VARCHAR
-- returns ; uses free

## free: upsert with a condition, sqlite
INSERT INTO free (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET word = ? WHERE free.word = ?
-- returns ; uses free

## free: can, postgresql
SELECT free.id FROM free WHERE (SELECT EXISTS (SELECT 1 FROM free WHERE free.id = rowgate_key.k0) FROM (SELECT free.id AS k0) AS rowgate_key)
-- returns id; uses free

## free: can, sqlite
SELECT free.id FROM free WHERE (SELECT EXISTS (SELECT 1 FROM free WHERE free.id = rowgate_key.k0) FROM (SELECT free.id AS k0) AS rowgate_key) = 1
-- returns id; uses free

## free: nobody, postgresql
SELECT free.word FROM (SELECT free.id, free.word, free.quiet FROM free WHERE false) AS free
-- returns word; uses free

## free: nobody, sqlite
SELECT free.word FROM (SELECT free.id, free.word, free.quiet FROM free WHERE 0) AS free
-- returns word; uses free

## more: constants of a policy, postgresql
SELECT odds.word FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER) AS odds
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns word; uses odds

## more: constants of a policy, sqlite
SELECT odds.word FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper(?)) OR (odds.id, odds.word) IN (( ?, ?), ( ?, ?)) OR odds.id = ?) AS odds
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns word; uses odds

## more: constants of a policy, by number, asyncpg
SELECT odds.word FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper($1::VARCHAR)) OR (odds.id, odds.word) IN (($2::INTEGER, $3::VARCHAR), ($4::INTEGER, $5::VARCHAR)) OR odds.id = $6::INTEGER) AS odds
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns word; uses odds

## more: update, by number, asyncpg
UPDATE notes SET body=$1::VARCHAR WHERE notes.id = $2::INTEGER AND CASE WHEN notes.id = $2::INTEGER AND (notes.owner = $3::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = $3::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## more: insert, by number, asyncpg
INSERT INTO notes (owner, is_gone) VALUES ($1::INTEGER, $2::BOOLEAN) RETURNING CASE WHEN CASE WHEN (notes.owner = $3::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; asks rowgate_id_row; repeats rowgate_id_row; repeats is_gone; returns id; uses notes

## more: a role in a policy, postgresql
UPDATE odds SET word=%(word)s::VARCHAR WHERE ((odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER) AND (true OR odds.id = %(rowgate_c6)s::INTEGER)) RETURNING CASE WHEN ((true OR odds.id = %(rowgate_c6)s::INTEGER) AND (odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:odds' || left(odds.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; rowgate_c6=3; returns ; uses odds

## more: a role in a policy, sqlite
UPDATE odds SET word=? WHERE ((odds.odd = ( upper(?)) OR (odds.id, odds.word) IN (( ?, ?), ( ?, ?)) OR odds.id = ?) AND (1 = 1 OR odds.id = ?)) = 1 RETURNING CASE WHEN ((1 = 1 OR (SELECT odds.id) = ?) AND ((SELECT odds.odd) = ( upper(?)) OR ((SELECT odds.id), (SELECT odds.word)) IN (( ?, ?), ( ?, ?)) OR (SELECT odds.id) = ?)) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; rowgate_c6=3; returns ; uses odds

## more: a role in a policy, without, postgresql
UPDATE odds SET word=%(word)s::VARCHAR WHERE ((odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER) AND (false OR odds.id = %(rowgate_c6)s::INTEGER OR NOT false)) RETURNING CASE WHEN ((false OR odds.id = %(rowgate_c6)s::INTEGER OR NOT false) AND (odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:odds' || left(odds.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; rowgate_c6=3; returns ; uses odds

## more: a role in a policy, without, sqlite
UPDATE odds SET word=? WHERE ((odds.odd = ( upper(?)) OR (odds.id, odds.word) IN (( ?, ?), ( ?, ?)) OR odds.id = ?) AND (0 = 1 OR odds.id = ? OR 0 = 0)) = 1 RETURNING CASE WHEN ((0 = 1 OR (SELECT odds.id) = ? OR 0 = 0) AND ((SELECT odds.odd) = ( upper(?)) OR ((SELECT odds.id), (SELECT odds.word)) IN (( ?, ?), ( ?, ?)) OR (SELECT odds.id) = ?)) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; rowgate_c6=3; returns ; uses odds

## more: an attribute in a check, postgresql
INSERT INTO odds (word) VALUES (%(word)s::VARCHAR) RETURNING CASE WHEN CASE WHEN (odds.word = %(rowgate_attr_word_)s::VARCHAR) THEN 1 ELSE CAST('rowgate:RG201:odds' || left(odds.ctid::text, 0) AS integer) END = 1 THEN odds.id END AS id
-- guards; asks rowgate_attr_word_; returns id; uses odds

## more: an attribute in a check, sqlite
INSERT INTO odds (word) VALUES (?) RETURNING CASE WHEN ((SELECT odds.word) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_attr_word_; returns ; uses odds

## more: who acts in VALUES, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(rowgate_id_row)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; asks rowgate_id_row; returns id; uses notes

## more: who acts in VALUES, sqlite
INSERT INTO notes (owner, is_gone) VALUES ( ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; asks rowgate_id_row; returns ; uses notes

## more: who acts in VALUES, many, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(rowgate_id_row)s::INTEGER, %(is_gone)s), (%(rowgate_id)s::INTEGER, %(is_gone_m1)s) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; asks rowgate_id_row; returns ; uses notes

## more: who acts in VALUES, many, sqlite
INSERT INTO notes (owner, is_gone) VALUES ( ?, ?), ( ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; asks rowgate_id_row; returns ; uses notes

## more: an attribute in VALUES, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(rowgate_attr_a__row)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_attr_a__row; asks rowgate_id; returns id; uses notes

## more: an attribute in VALUES, sqlite
INSERT INTO notes (owner, is_gone) VALUES ( ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_attr_a__row; asks rowgate_id; returns ; uses notes

## more: who acts in SET, postgresql
UPDATE notes SET owner=%(rowgate_id_row)s::INTEGER WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; asks rowgate_id_row; returns ; uses notes

## more: who acts in SET, sqlite
UPDATE notes SET owner= ? WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; asks rowgate_id_row; returns ; uses notes

## more: who acts as a column, postgresql
SELECT %(rowgate_id)s::INTEGER AS anon_1, (1 = 0) AS anon_2, words.id FROM words
-- asks rowgate_id; returns anon_1, anon_2, id; uses words

## more: who acts as a column, sqlite
SELECT ? AS anon_1, (1 = 0) AS anon_2, words.id FROM words
-- asks rowgate_id; returns anon_1, anon_2, id; uses words

## more: has_role of a column as a column, postgresql
SELECT (words.word = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))) AS anon_1, words.id FROM words
-- asks rowgate_roles; returns anon_1, id; uses words

## more: has_role of a column as a column, sqlite
SELECT (words.word IN (SELECT value FROM json_each( ?))) AS anon_1, words.id FROM words
-- asks rowgate_roles; returns anon_1, id; uses words

## more: attribute as a column, postgresql
SELECT %(rowgate_attr_a_)s::INTEGER AS x, words.id FROM words
-- asks rowgate_attr_a_; returns x, id; uses words

## more: attribute as a column, sqlite
SELECT ? AS x, words.id FROM words
-- asks rowgate_attr_a_; returns x, id; uses words

## more: trusted, postgresql
SELECT 2 AS anon_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, id; uses notes

## more: trusted, sqlite
SELECT 2 AS anon_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, id; uses notes

## more: derived from trusted, postgresql
SELECT 2 AS anon_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, id; uses notes

## more: derived from trusted, sqlite
SELECT 2 AS anon_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, id; uses notes

## more: not trusted, postgresql
! Unguarded RG301: Thrice renders itself (@compiles): write it with func and operators, or say catalog.trust(..., reason=...)

## more: not trusted, sqlite
! Unguarded RG301: Thrice renders itself (@compiles): write it with func and operators, or say catalog.trust(..., reason=...)

## more: barrier, everything, postgresql
SELECT fenced.id FROM (SELECT fenced.id FROM fenced OFFSET 0) AS fenced
-- returns id; uses fenced

## more: barrier, everything, sqlite
SELECT fenced.id FROM (SELECT fenced.id FROM fenced LIMIT -1 OFFSET 0) AS fenced
-- returns id; uses fenced

## more: for update of a table in a sub-select, postgresql
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER FOR UPDATE OF notes) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## more: for update of a table in a sub-select, sqlite
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## more: for update in a sub-select, and beside it, postgresql
SELECT s.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER FOR UPDATE) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update in a sub-select, and beside it, sqlite
SELECT s.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update in a sub-select of one, and beside it, postgresql
SELECT s.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER FOR UPDATE OF notes) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update in a sub-select of one, and beside it, sqlite
SELECT s.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update beside a cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT c.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders, c FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update beside a cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders, c
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update stops at where, and below, postgresql
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE folders.id IN (SELECT s.id FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS s) FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## more: for update stops at where, and below, sqlite
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders WHERE folders.id IN (SELECT s.id FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## more: for update stops at a scalar sub-select, postgresql
SELECT s.id, s.n FROM (SELECT folders.id AS id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.folder_id = folders.id) AS n FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders) AS s FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, n; uses folders; uses notes

## more: for update stops at a scalar sub-select, sqlite
SELECT s.id, s.n FROM (SELECT folders.id AS id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.folder_id = folders.id) AS n FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, n; uses folders; uses notes

## more: for update of a sub-select stops at a scalar one, postgresql
SELECT s.id, words.id AS id_1 FROM words, (SELECT folders.id AS id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.folder_id = folders.id) AS n FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders) AS s FOR UPDATE OF s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes; uses words

## more: for update of a sub-select stops at a scalar one, sqlite
SELECT s.id, words.id AS id_1 FROM words, (SELECT folders.id AS id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.folder_id = folders.id) AS n FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes; uses words

## more: cte named like a table in small letters, postgresql
! Unguarded RG301: a CTE is named 'loud' like a guarded table: give it another name

## more: cte named like a table in small letters, sqlite
! Unguarded RG301: a CTE is named 'loud' like a guarded table: give it another name

## more: update by a cte named like a schema's table, postgresql
! Unguarded RG301: column 'id' would be read as the written table's own: name another alias

## more: update by a cte named like a schema's table, sqlite
! Unguarded RG301: column 'id' would be read as the written table's own: name another alias

## more: update, returning a literal, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN 1 END AS "1", notes.id
-- guards; asks rowgate_id; returns 1, id; uses notes

## more: update, returning a literal, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN 1 END AS "1", id
-- guards; asks rowgate_id; returns 1, id; uses notes

## more: literal column with a mark, postgresql
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## more: literal column with a mark, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## more: literal column with a mark of binds, postgresql
! Unguarded RG301: literal_column() is text: name the column, or write "'%('" with func and operators

## more: literal column with a mark of binds, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## more: literal column, text, postgresql
SELECT 'x'
-- returns 'x'

## more: literal column, text, sqlite
SELECT 'x'
-- returns 'x'

## more: update by values without a name, postgresql
! Unguarded RG301: column 'a' would be read as the written table's own: name another alias

## more: update by values of its name, postgresql
! Unguarded RG301: 'notes' is the written table's own name: name what stands beside it otherwise

## more: values that have no name, postgresql
SELECT a FROM (VALUES (%(param_1)s::INTEGER))
-- returns a

## more: update of a schema's by what is masked of it, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE (archive.notes.body IN (SELECT "archive.notes".secret FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes")) AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses archive.notes

## more: update of a schema's by what is masked of it, sqlite
UPDATE archive.notes SET body=? WHERE (archive.notes.body IN (SELECT "archive.notes".secret FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes")) AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses archive.notes

## more: whole row of an alias, postgresql
SELECT x FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS x
-- rowgate_c0='hidden'; asks rowgate_id; returns x; uses notes

## more: group by a key of a sub-select, postgresql
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS s GROUP BY s.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## more: update of half a key, many, postgresql
UPDATE pairs SET size=%(size)s::INTEGER WHERE pairs.a = %(k)s::INTEGER AND CASE WHEN pairs.a = %(k)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN CASE WHEN (pairs.a = %(rowgate_attr_a_)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of half a key, many, sqlite
UPDATE pairs SET size=? WHERE pairs.a = ? AND CASE WHEN pairs.a = ? AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) THEN CASE WHEN (pairs.a = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update by names of columns, editor, postgresql
UPDATE notes SET owner=%(owner)s::INTEGER, body=%(body)s::VARCHAR WHERE (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER) OR CAST(notes.owner AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(owner)s::INTEGER AS TEXT))) RETURNING CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER))) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## more: update by names of columns, editor, sqlite
UPDATE notes SET owner=?, body=? WHERE (((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ?) OR (typeof(notes.owner) = typeof(?) AND notes.owner COLLATE BINARY IS ?))) = 1 RETURNING CASE WHEN (((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?)) AND ((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?))) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## more: upsert by a function of a package, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a function of a package, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a foreign element, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a foreign element, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: trusted by its own name, postgresql
SELECT 2 AS anon_1
-- returns anon_1

## more: trusted by its own name, sqlite
SELECT 2 AS anon_1
-- returns anon_1

## more: a field of a table valued function, postgresql
SELECT anon_1.value FROM json_each(%(param_1)s::VARCHAR) AS anon_1
-- returns value

## more: who acts, literally, postgresql
! NoPrincipal RG101: a value of the principal was not filled in: execute the statement on a guarded session

## more: can in a rule of a namesake, postgresql
SELECT "mirror.NOTES".id FROM (SELECT mirror."NOTES".id, mirror."NOTES".note_id FROM mirror."NOTES" WHERE (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) FROM (SELECT mirror."NOTES".note_id AS k0) AS rowgate_key)) AS "mirror.NOTES"
-- asks rowgate_id; returns id; uses mirror.NOTES; uses notes

## more: can in a rule of a namesake, sqlite
SELECT "mirror.NOTES".id FROM (SELECT mirror."NOTES".id, mirror."NOTES".note_id FROM mirror."NOTES" WHERE (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = ? AND notes.is_gone = 0)) FROM (SELECT mirror."NOTES".note_id AS k0) AS rowgate_key) = 1) AS "mirror.NOTES"
-- asks rowgate_id; returns id; uses mirror.NOTES; uses notes

## more: can in a rule of a namesake in small letters, postgresql
SELECT "mirror.loud".id FROM (SELECT mirror.loud.id, mirror.loud.loud_id FROM mirror.loud WHERE (SELECT EXISTS (SELECT 1 FROM "Loud" WHERE "Loud".id = rowgate_key.k0 AND ("Loud".id > %(rowgate_c0)s::INTEGER)) FROM (SELECT mirror.loud.loud_id AS k0) AS rowgate_key)) AS "mirror.loud"
-- rowgate_c0=1; returns id; uses Loud; uses mirror.loud

## more: can in a rule of a namesake in small letters, sqlite
SELECT "mirror.loud".id FROM (SELECT mirror.loud.id, mirror.loud.loud_id FROM mirror.loud WHERE (SELECT EXISTS (SELECT 1 FROM "Loud" WHERE "Loud".id = rowgate_key.k0 AND ("Loud".id > ?)) FROM (SELECT mirror.loud.loud_id AS k0) AS rowgate_key) = 1) AS "mirror.loud"
-- rowgate_c0=1; returns id; uses Loud; uses mirror.loud

## more: raw text without the wall, postgresql
! Unguarded RG301: raw() is text, filtered by nothing but the wall: say guarded_sessionmaker(..., wall=)

## more: text for the principal, literally, postgresql
SELECT 3
-- returns None

## more: open tables of one name, postgresql
SELECT "archive.stored".id, stored.id AS id_1 FROM archive.stored AS "archive.stored", stored
-- returns id, id_1; uses archive.stored; uses stored

## more: open tables of one name, sqlite
SELECT "archive.stored".id, stored.id AS id_1 FROM archive.stored AS "archive.stored", stored
-- returns id, id_1; uses archive.stored; uses stored

## more: for update of a join with a cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT c.id, folders.id AS id_1 FROM c JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders ON c.id = folders.id FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: for update of a join with a cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id, folders.id AS id_1 FROM c JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders ON c.id = folders.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## more: update by values like OLD, postgresql
! Unguarded RG301: old in a write may mean the written row, unmasked: name the alias otherwise

## more: whole row of an alias of a schema's, postgresql
SELECT x FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS x
-- asks rowgate_id; returns x; uses archive.notes

## more: group by a key of an alias of an alias, postgresql
SELECT y.id, y.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS y GROUP BY y.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## more: upsert of what is computed, by a check that reads another table, postgresql
! Unguarded RG301: an upsert of stamps: its check may read a generated column: write in_() for exists(), or insert and update by themselves

## more: upsert of what is computed, by a check that reads another table, sqlite
! Unguarded RG301: an upsert of stamps: its check may read a generated column: write in_() for exists(), or insert and update by themselves

## more: upsert by a bind of another type, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(given)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(given)s::VARCHAR AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert by a bind of another type, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: trusted, with a mark, postgresql
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## more: trusted, with a mark, sqlite
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## more: trusted, with a word, postgresql
SELECT 'evil' AS anon_1
-- returns anon_1

## more: trusted, with a word, sqlite
SELECT 'evil' AS anon_1
-- returns anon_1

## more: trusted, with the mark of a bind, postgresql
SELECT '__[POSTCOMPILE_x]' AS anon_1, notes.id IN (__[POSTCOMPILE_x]) AS anon_2 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, anon_2; uses notes

## more: trusted, with the mark of a bind, sqlite
SELECT '__[POSTCOMPILE_x]' AS anon_1, notes.id IN (__[POSTCOMPILE_x]) AS anon_2 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, anon_2; uses notes

## more: trusted, with the mark of a bind and more, postgresql
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## more: trusted, with the mark of a bind and more, sqlite
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## more: in a list of what the database changes, postgresql
SELECT odds.id FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER) AS odds WHERE odds.odd IN (__[POSTCOMPILE_odd_1~~upper(~~REPL~~)~~])
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns id; uses odds

## more: in a list of what the database changes, sqlite
SELECT odds.id FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper(?)) OR (odds.id, odds.word) IN (( ?, ?), ( ?, ?)) OR odds.id = ?) AS odds WHERE odds.odd IN (__[POSTCOMPILE_odd_1~~upper(~~REPL~~)~~])
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns id; uses odds

## more: trusted in a sub-select, postgresql
SELECT (SELECT 2 AS anon_2) AS anon_1
-- returns anon_1

## more: trusted in a sub-select, sqlite
SELECT (SELECT 2 AS anon_2) AS anon_1
-- returns anon_1

## more: a column that an alias has not, postgresql
! Unguarded RG301: x has no column 'evil': it could be a function call

## more: a column that an alias has not, sqlite
! Unguarded RG301: x has no column 'evil': it could be a function call

## more: a column that an alias of an alias has not, postgresql
! Unguarded RG301: y has no column 'evil': it could be a function call

## more: a column that an alias of an alias has not, sqlite
! Unguarded RG301: y has no column 'evil': it could be a function call

## more: a column that an alias has, postgresql
SELECT y.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS y
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## more: a column that an alias has, sqlite
SELECT y.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS y
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## more: open table of a schema, postgresql
SELECT "archive.stored".id FROM archive.stored AS "archive.stored"
-- returns id; uses archive.stored

## more: open table of a schema, sqlite
SELECT "archive.stored".id FROM archive.stored AS "archive.stored"
-- returns id; uses archive.stored

## more: nesting cte beside a policy that has a sub-select, postgresql
SELECT words.id FROM words WHERE words.id IN (WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT c.id FROM c JOIN (SELECT pointers.id, pointers.at FROM pointers WHERE EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER)) AS pointers ON pointers.id = c.id)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses archive.notes; uses notes; uses pointers; uses words

## more: nesting cte beside a policy that has a sub-select, sqlite
SELECT words.id FROM words WHERE words.id IN (WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id FROM c JOIN (SELECT pointers.id, pointers.at FROM pointers WHERE EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = ?)) AS pointers ON pointers.id = c.id)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses archive.notes; uses notes; uses pointers; uses words

## more: open table of a schema in a sub-select, postgresql
SELECT s.id FROM (SELECT "archive.stored".id AS id FROM archive.stored AS "archive.stored") AS s
-- returns id; uses archive.stored

## more: open table of a schema in a sub-select, sqlite
SELECT s.id FROM (SELECT "archive.stored".id AS id FROM archive.stored AS "archive.stored") AS s
-- returns id; uses archive.stored

## more: open table of a schema in an alias, postgresql
SELECT x.id FROM archive.stored AS x
-- returns id; uses archive.stored

## more: open table of a schema in an alias, sqlite
SELECT x.id FROM archive.stored AS x
-- returns id; uses archive.stored

## more: a policy that reads a schema's, postgresql
SELECT pointers.id FROM (SELECT pointers.id, pointers.at FROM pointers WHERE EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER)) AS pointers
-- asks rowgate_id; returns id; uses archive.notes; uses pointers

## more: a policy that reads a schema's, sqlite
SELECT pointers.id FROM (SELECT pointers.id, pointers.at FROM pointers WHERE EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = ?)) AS pointers
-- asks rowgate_id; returns id; uses archive.notes; uses pointers

## more: update by a policy that reads a schema's, postgresql
UPDATE pointers SET at=%(at)s::INTEGER WHERE ((EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER)) AND (EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at))) RETURNING CASE WHEN ((EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at)) AND (EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER))) THEN 1 ELSE CAST('rowgate:RG201:pointers' || left(pointers.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses archive.notes; uses archive.stored; uses pointers

## more: update by a policy that reads a schema's, sqlite
UPDATE pointers SET at=? WHERE ((EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = ?)) AND (EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at))) = 1 RETURNING CASE WHEN ((EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = (SELECT pointers.at))) AND (EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = (SELECT pointers.at) AND "archive.notes".owner = ?))) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses archive.notes; uses archive.stored; uses pointers

## more: a policy whose alias is named like the table, postgresql
DELETE FROM "Loud" WHERE (("Loud".id > %(rowgate_c0)s::INTEGER) AND ("Loud".id > %(rowgate_c0)s::INTEGER AND NOT (EXISTS (SELECT loud.id FROM folders AS loud WHERE loud.id = "Loud".id))))
-- rowgate_c0=1; returns ; uses Loud; uses folders

## more: a policy whose alias is named like the table, sqlite
DELETE FROM "Loud" WHERE (("Loud".id > ?) AND ("Loud".id > ? AND NOT (EXISTS (SELECT loud.id FROM folders AS loud WHERE loud.id = "Loud".id)))) = 1
-- rowgate_c0=1; returns ; uses Loud; uses folders

## more: update in a cte, editor, postgresql
WITH c AS (UPDATE notes SET owner=%(param_1)s::INTEGER, body=%(param_2)s::VARCHAR WHERE (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER) OR CAST(notes.owner AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(param_1)s::INTEGER AS TEXT))) RETURNING CASE WHEN CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns id; uses notes

## more: update in a cte by an expression, editor, postgresql
WITH c AS (UPDATE notes SET owner=(notes.owner + %(owner_1)s::INTEGER) WHERE (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns id; uses notes

## more: insert by a select of a masked column, postgresql
INSERT INTO notes (owner, secret, is_gone) SELECT folders.owner, folders.id, %(is_gone)s AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.secret IS NULL) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes

## more: insert by a select of a masked column, sqlite
INSERT INTO notes (owner, secret, is_gone) SELECT folders.owner, folders.id, ? AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders RETURNING CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.secret) IS NULL) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses folders; uses notes

## more: insert by a select of a masked column that may be, postgresql
INSERT INTO notes (owner, phone, is_gone) SELECT folders.owner, folders.id, %(is_gone)s AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND (notes.phone IS NULL OR notes.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes

## more: insert by a select of a masked column that may be, sqlite
INSERT INTO notes (owner, phone, is_gone) SELECT folders.owner, folders.id, ? AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders RETURNING CASE WHEN ((SELECT notes.owner) = ? AND ((SELECT notes.phone) IS NULL OR (SELECT notes.owner) = ?)) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses folders; uses notes

## more: update of odd, editor, postgresql
UPDATE pairs SET odd=upper(%(odd)s::VARCHAR) WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND (pairs.a = %(rowgate_attr_a_)s::INTEGER))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of odd, editor, sqlite
UPDATE pairs SET odd=upper(?) WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND (pairs.a = ?)) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of data, editor, postgresql
UPDATE pairs SET data=%(data)s::JSON WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND (pairs.a = %(rowgate_attr_a_)s::INTEGER))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of data, editor, sqlite
UPDATE pairs SET data=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND (pairs.a = ?)) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of flag, editor, postgresql
UPDATE pairs SET flag=%(flag)s WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.flag AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(CAST(%(flag)s AS BOOLEAN) AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of flag, editor, sqlite
UPDATE pairs SET flag=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.flag) = typeof(?) AND pairs.flag COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of kind, editor, postgresql
UPDATE pairs SET kind=%(kind)s WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.kind AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(CAST(%(kind)s AS kind) AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of kind, editor, sqlite
UPDATE pairs SET kind=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.kind) = typeof(?) AND pairs.kind COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of word, editor, postgresql
UPDATE pairs SET word=%(word)s WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.word AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(word)s AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of word, editor, sqlite
UPDATE pairs SET word=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.word) = typeof(?) AND pairs.word COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of size, editor, postgresql
UPDATE pairs SET size=%(size)s::INTEGER WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.size AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(size)s::INTEGER AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of size, editor, sqlite
UPDATE pairs SET size=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.size) = typeof(?) AND pairs.size COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of note, editor, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))
-- asks rowgate_roles; returns ; uses pairs

## more: update of note, editor, sqlite
UPDATE pairs SET note=? WHERE ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) = 1
-- asks rowgate_roles; returns ; uses pairs

## more: update of price, editor, postgresql
UPDATE pairs SET price=%(price)s WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.price AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(price)s AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of price, editor, sqlite
UPDATE pairs SET price=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.price) = typeof(?) AND pairs.price COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of day, editor, postgresql
UPDATE pairs SET day=%(day)s::DATE WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.day AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(day)s::DATE AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of day, editor, sqlite
UPDATE pairs SET day=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.day) = typeof(?) AND pairs.day COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of at, editor, postgresql
UPDATE pairs SET at=%(at)s::TIMESTAMP WITHOUT TIME ZONE WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.at AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(at)s::TIMESTAMP WITHOUT TIME ZONE AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of at, editor, sqlite
UPDATE pairs SET at=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.at) = typeof(?) AND pairs.at COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of time, editor, postgresql
UPDATE pairs SET time=%(time)s::TIME WITHOUT TIME ZONE WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.time AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(time)s::TIME WITHOUT TIME ZONE AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of time, editor, sqlite
UPDATE pairs SET time=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.time) = typeof(?) AND pairs.time COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of span, editor, postgresql
UPDATE pairs SET span=%(span)s WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.span AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(span)s AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of span, editor, sqlite
UPDATE pairs SET span=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.span) = typeof(?) AND pairs.span COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of uuid, editor, postgresql
UPDATE pairs SET uuid=%(uuid)s::UUID WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.uuid AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(uuid)s::UUID AS TEXT)))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of uuid, editor, sqlite
UPDATE pairs SET uuid=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.uuid) = typeof(?) AND pairs.uuid COLLATE BINARY IS ?))) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of a column by its name, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of a column by its name, sqlite
UPDATE notes SET body=? WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: update of columns at once, postgresql
! Unguarded RG301: SET and VALUES of notes take its columns, one by one: (notes.owner, notes.body) is none

## more: update of a key by its name, postgresql
! Unguarded RG301: column 'id' in a write belongs to no table: take it from the table

## more: update of a key by its name, sqlite
! Unguarded RG301: column 'id' in a write belongs to no table: take it from the table

## more: update of a key by less, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id < %(key)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of a key by less, sqlite
UPDATE notes SET body=? WHERE notes.id < ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: update of what a key is not, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE (abs(notes.id) = %(key)s) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of what a key is not, sqlite
UPDATE notes SET body=? WHERE (abs(notes.id) = ?) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: update of a key by another column, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = notes.owner AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of a key by another column, sqlite
UPDATE notes SET body=? WHERE notes.id = notes.owner AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: update of a key by or, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE (notes.id = %(key)s::INTEGER OR notes.id = %(other)s::INTEGER) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of a key by or, sqlite
UPDATE notes SET body=? WHERE (notes.id = ? OR notes.id = ?) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: update of a key by and, postgresql
UPDATE pairs SET size=%(size)s::INTEGER WHERE pairs.a = %(k)s::INTEGER AND pairs.b = %(l)s::INTEGER AND CASE WHEN pairs.a = %(k)s::INTEGER AND pairs.b = %(l)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN CASE WHEN (pairs.a = %(rowgate_attr_a_)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of a key by and, sqlite
UPDATE pairs SET size=? WHERE pairs.a = ? AND pairs.b = ? AND CASE WHEN pairs.a = ? AND pairs.b = ? AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) THEN CASE WHEN (pairs.a = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of half a key, by its owner, postgresql
UPDATE pairs SET size=%(size)s::INTEGER WHERE pairs.a = %(k)s::INTEGER AND (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND (pairs.a = %(rowgate_attr_a_)s::INTEGER))
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of half a key, by its owner, sqlite
UPDATE pairs SET size=? WHERE pairs.a = ? AND (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND (pairs.a = ?)) = 1
-- asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## more: update of all, many, postgresql
UPDATE notes SET body=%(b)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## more: update of all, many, sqlite
UPDATE notes SET body=? WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## more: upsert by who acts, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(rowgate_id)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(rowgate_id)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert by who acts, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: upsert by capitals, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = ABS(%(ABS_1)s::INTEGER) WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(ABS(%(ABS_1)s::INTEGER) AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert by capitals, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ABS(?) WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ABS(?) AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: upsert by a trusted element, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a trusted element, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a trusted element of SQLAlchemy's, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by a trusted element of SQLAlchemy's, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by an odd bind, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert by an odd bind, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## more: upsert of a new masked value, postgresql
INSERT INTO notes (id, owner, secret, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(secret)s::VARCHAR, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (false) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert of a new masked value, sqlite
INSERT INTO notes (id, owner, secret, is_gone) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: upsert of a new masked value that may be, postgresql
INSERT INTO notes (id, owner, phone, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(phone)s::VARCHAR, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert of a new masked value that may be, sqlite
INSERT INTO notes (id, owner, phone, is_gone) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: upsert of a new masked value that ignores, postgresql
INSERT INTO notes (id, owner, phone, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(phone)s::VARCHAR, %(is_gone)s) ON CONFLICT DO NOTHING RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND (notes.phone IS NULL OR notes.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## more: upsert of a new masked value that ignores, sqlite
INSERT INTO notes (id, owner, phone, is_gone) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING CASE WHEN ((SELECT notes.owner) = ? AND ((SELECT notes.phone) IS NULL OR (SELECT notes.owner) = ?)) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## more: upsert of a schema's with a condition, postgresql
INSERT INTO archive.notes (owner) VALUES (%(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN archive.notes.body = %(body_1)s::VARCHAR ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id END AS id
-- guards; asks rowgate_id; returns id; uses archive.notes

## more: upsert of a schema's with a condition, sqlite
INSERT INTO archive.notes (owner) VALUES (?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (archive.notes.owner = ? AND archive.notes.owner = ?) THEN archive.notes.body = ? ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses archive.notes

## more: another Table of the same name, postgresql
! Unguarded RG301: notes is written through a Table that is not the model's own: write the model

## more: another Table of the same name, sqlite
! Unguarded RG301: notes is written through a Table that is not the model's own: write the model

## more: returning a column and an expression, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, lower(notes.body) AS lower_1
-- guards; asks rowgate_id; returns id, lower_1; uses notes

## more: returning a column and an expression, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, lower(body) AS lower_1
-- guards; asks rowgate_id; returns id, lower_1; uses notes

## more: returning a column and another one's, postgresql
UPDATE notes SET body=%(body)s::VARCHAR FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other WHERE notes.id = other.id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, other.secret
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, secret; uses notes

## more: returning a column and another one's, sqlite
! Unguarded RG301: column 'secret' would be read as the written table's own: name another alias

## more: returning a label of a masked one, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, CAST(NULL AS VARCHAR) AS s, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS p
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, s, p; uses notes

## more: returning a label of a masked one, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, NULL AS s, CASE WHEN notes.owner = ? THEN phone ELSE ? END AS p
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, s, p; uses notes

## more: deleting a label of a masked one, postgresql
DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CAST(NULL AS VARCHAR) AS s, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone
-- rowgate_c0='hidden'; asks rowgate_id; returns s, phone; uses notes

## more: deleting a label of a masked one, sqlite
DELETE FROM notes WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING NULL AS s, CASE WHEN notes.owner = ? THEN phone ELSE ? END AS phone
-- rowgate_c0='hidden'; asks rowgate_id; returns s, phone; uses notes

## literals: select, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id = 7
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## literals: reader, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE (EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) OR notes.owner = %(rowgate_id)s::INTEGER) AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses folders; uses notes

## literals: cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = 7) SELECT c.id, c.body FROM c
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## literals: group by, postgresql
SELECT notes.id, count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY notes.id + 3
-- rowgate_c0='hidden'; asks rowgate_id; returns id, count_1; uses notes

## literals: update, postgresql
UPDATE notes SET body='x' WHERE notes.id = 1 AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## literals: update of a key, postgresql
UPDATE notes SET body='x' WHERE notes.id = 8 AND CASE WHEN notes.id = 8 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## literals: update behind a barrier, postgresql
UPDATE vaults SET owner=1 WHERE CASE WHEN ((vaults.owner = %(rowgate_id)s::INTEGER) AND (vaults.owner = %(rowgate_id)s::INTEGER)) THEN vaults.id > 3 ELSE false END RETURNING CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses vaults

## literals: delete, postgresql
DELETE FROM notes WHERE notes.id = 1 AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING notes.id + %(id_1)s::INTEGER AS anon_1
-- asks rowgate_id; returns anon_1; uses notes

## literals: insert, postgresql
INSERT INTO notes (owner, body, is_gone) VALUES (1, 'x', NULL) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id + %(id_1)s::INTEGER END AS anon_1
-- guards; asks rowgate_id; returns anon_1; uses notes

## literals: in a cte, postgresql
WITH c AS (UPDATE notes SET body='x' WHERE notes.id = 1 AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; asks rowgate_id; returns id; uses notes

## literals: can, postgresql
SELECT ((SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((notes.owner = %(rowgate_c0)s::INTEGER OR notes.folder_id IN (%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::INTEGER)) AND NOT notes.is_gone AND (notes.owner = %(rowgate_c0)s::INTEGER OR notes.folder_id IN (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::INTEGER)) AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key)) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c5)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0=3; rowgate_c1=1; rowgate_c2=2; rowgate_c3=1; rowgate_c4=2; rowgate_c5='hidden'; asks rowgate_id; returns anon_1; uses notes

## literals: can by an attribute, postgresql
SELECT ((SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_c0)s::TEXT[] AS TEXT[]))) AND pairs.a = %(rowgate_c1)s::INTEGER)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key)) AS anon_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs
-- rowgate_c0=[]; rowgate_c1=5; asks rowgate_roles; returns anon_1; uses pairs

## literals: odds, postgresql
SELECT odds.word FROM (SELECT odds.id, odds.odd, odds.word FROM odds WHERE odds.odd = ( upper(%(rowgate_c0)s::VARCHAR)) OR (odds.id, odds.word) IN ((%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::VARCHAR), (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::VARCHAR)) OR odds.id = %(rowgate_c5)s::INTEGER) AS odds
-- rowgate_c0='x'; rowgate_c1=1; rowgate_c2='a'; rowgate_c3=2; rowgate_c4='b'; rowgate_c5=3; returns word; uses odds

## literals: of a role, postgresql
SELECT (notes.body = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; asks rowgate_roles; returns anon_1; uses notes

## literals: who acts, postgresql
SELECT words.id FROM words WHERE words.id = 4
-- returns id; uses words

## literals: function, postgresql
SELECT substr(notes.body, 1, 2) AS substr_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns substr_1; uses notes

## literals: trusted, postgresql
SELECT two AS anon_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1, id; uses notes

## literals: values, postgresql
SELECT v.a FROM (VALUES (1)) AS v (a)
-- returns a

## literals: for update, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id = 7 FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## literals: extract, postgresql
SELECT EXTRACT(year FROM vaults.opened + 5) AS anon_1 FROM (SELECT vaults.id, vaults.owner, CAST(%(rowgate_c0)s::DATE AS DATE) AS opened FROM vaults WHERE vaults.owner = %(rowgate_id)s::INTEGER OFFSET 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns anon_1; uses vaults

## literals: operator, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE (notes.body || 'x') = 'y'
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## literals: prefix operator, postgresql
SELECT ~notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## literals: custom prefix operator, postgresql
SELECT - 3 AS anon_1
-- returns anon_1

## literals: custom postfix operator, postgresql
SELECT 3 - AS anon_1
-- returns anon_1

## literals: whole row, postgresql
SELECT row_to_json(notes) AS row_to_json_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns row_to_json_1; uses notes

## literals: scalar values, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id IN (VALUES (1))
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## literals: table valued, postgresql
SELECT (json_each('x')).value
-- returns json_each, value

## literals: of a schema, postgresql
SELECT "archive.notes".id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes" WHERE "archive.notes".id = 3
-- asks rowgate_id; returns id; uses archive.notes

## literals: update of a schema's, postgresql
UPDATE archive.notes SET body='x' WHERE archive.notes.id = 3 AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id + %(id_1)s::INTEGER END AS anon_1
-- guards; asks rowgate_id; returns anon_1; uses archive.notes

## literals: upsert, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (1, 1, NULL) ON CONFLICT (id) WHERE id = 4 DO UPDATE SET owner = 5 WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN notes.id = %(id_1)s::INTEGER ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## resolving: a table, postgresql
SELECT notes.body, notes.secret FROM notes
-- returns body, secret; uses notes

## resolving: a table, sqlite
SELECT notes.body, notes.secret FROM notes
-- returns body, secret; uses notes

## resolving: a table of a schema, postgresql
SELECT archive.notes.body, notes_1.id FROM archive.notes, notes AS notes_1
-- returns body, id; uses archive.notes; uses notes

## resolving: a table of a schema, sqlite
SELECT archive.notes.body, notes_1.id FROM archive.notes, notes AS notes_1
-- returns body, id; uses archive.notes; uses notes

## resolving: an alias, postgresql
SELECT other.secret FROM notes AS other
-- returns secret; uses notes

## resolving: an alias, sqlite
SELECT other.secret FROM notes AS other
-- returns secret; uses notes

## resolving: text, postgresql
SELECT notes.id FROM notes WHERE 1 = 1
-- returns id; uses notes

## resolving: text, sqlite
SELECT notes.id FROM notes WHERE 1 = 1
-- returns id; uses notes

## resolving: text alone, postgresql
SELECT 1
-- returns

## resolving: text alone, sqlite
SELECT 1
-- returns

## resolving: a cte like a table, postgresql
WITH folders AS (SELECT notes.id AS id, notes.body AS body FROM notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT folders.id, folders.body FROM folders
-- returns id, body; uses notes

## resolving: a cte like a table, sqlite
WITH folders AS (SELECT notes.id AS id, notes.body AS body FROM notes WHERE notes.owner = ?) SELECT folders.id, folders.body FROM folders
-- returns id, body; uses notes

## resolving: a bind, postgresql
SELECT notes.id FROM notes WHERE notes.id = %(rowgate_x)s::INTEGER AND notes.id IN (__[POSTCOMPILE_id_1])
-- returns id; uses notes

## resolving: a bind, sqlite
SELECT notes.id FROM notes WHERE notes.id = ? AND notes.id IN (__[POSTCOMPILE_id_1])
-- returns id; uses notes

## resolving: a function, postgresql
SELECT query_to_xml(notes.body) AS query_to_xml_1 FROM notes
-- returns query_to_xml_1; uses notes

## resolving: a function, sqlite
SELECT query_to_xml(notes.body) AS query_to_xml_1 FROM notes
-- returns query_to_xml_1; uses notes

## resolving: a literal, postgresql
SELECT (select 1)
-- returns (select 1)

## resolving: a literal, sqlite
SELECT (select 1)
-- returns (select 1)

## resolving: group by, postgresql
SELECT notes.id, notes.body FROM notes GROUP BY notes.id
-- returns id, body; uses notes

## resolving: group by, sqlite
SELECT notes.id, notes.body FROM notes GROUP BY notes.id
-- returns id, body; uses notes

## resolving: not trusted, postgresql
! Unguarded RG301: Thrice renders itself (@compiles): write it with func and operators, or say catalog.trust(..., reason=...)

## resolving: not trusted, sqlite
! Unguarded RG301: Thrice renders itself (@compiles): write it with func and operators, or say catalog.trust(..., reason=...)

## resolving: hints, postgresql
SELECT notes.id FROM notes x
-- returns id; uses notes

## resolving: hints, sqlite
SELECT notes.id FROM notes x
-- returns id; uses notes

## resolving: a write, postgresql
! Unguarded RG301: a write inside another statement stands in a CTE: update(...).returning(...).cte()

## resolving: a write, sqlite
! Unguarded RG301: a write inside another statement stands in a CTE: update(...).returning(...).cte()

## resolving: an operator, postgresql
SELECT notes.id FROM notes WHERE notes.body ~~~ %(body_1)s::VARCHAR
-- returns id; uses notes

## resolving: an operator, sqlite
SELECT notes.id FROM notes WHERE notes.body ~~~ ?
-- returns id; uses notes

## resolving: a lock, postgresql
SELECT notes.id FROM notes FOR UPDATE
-- returns id; uses notes

## resolving: a lock, sqlite
SELECT notes.id FROM notes
-- returns id; uses notes

## resolving: a prefix, postgresql
SELECT ALL notes.id FROM notes
-- returns id; uses notes

## resolving: a prefix, sqlite
SELECT ALL notes.id FROM notes
-- returns id; uses notes

## resolving: a value that is pasted, postgresql
SELECT notes.id FROM notes WHERE notes.id = __[POSTCOMPILE_x]
-- returns id; uses notes

## resolving: a value that is pasted, sqlite
SELECT notes.id FROM notes WHERE notes.id = __[POSTCOMPILE_x]
-- returns id; uses notes

## resolving: a comment, postgresql
SELECT 1 /* who */ -- and why
-- returns

## resolving: a comment, sqlite
SELECT 1 /* who */ -- and why
-- returns

## resolving: a token, postgresql
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## resolving: a token, sqlite
! Unguarded RG301: a name or a literal holds a token that SQLAlchemy replaces: choose another

## resolving: a table of a schema, its namesake and an alias of that, postgresql
SELECT archive.notes.body, notes_1.id, other.id AS id_1 FROM archive.notes, notes AS notes_1, notes AS other
-- returns body, id, id_1; uses archive.notes; uses notes

## resolving: a table of a schema, its namesake and an alias of that, sqlite
SELECT archive.notes.body, notes_1.id, other.id AS id_1 FROM archive.notes, notes AS notes_1, notes AS other
-- returns body, id, id_1; uses archive.notes; uses notes

## made: by SQLAlchemy, postgresql
UPDATE ticks SET seen=%(seen)s::INTEGER, word=%(word)s::VARCHAR WHERE ((ticks.seen < %(rowgate_c0)s::INTEGER) AND (ticks.seen < %(rowgate_c0)s::INTEGER)) RETURNING CASE WHEN (ticks.seen < %(rowgate_c0)s::INTEGER AND ticks.seen < %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:ticks' || left(ticks.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=9; returns ; uses ticks

## made: by SQLAlchemy, sqlite
UPDATE ticks SET seen=?, word=? WHERE ((ticks.seen < ?) AND (ticks.seen < ?)) = 1 RETURNING CASE WHEN ((SELECT ticks.seen) < ? AND (SELECT ticks.seen) < ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=9; returns ; uses ticks

## made: by the database, postgresql
UPDATE tocks SET word=%(word)s::VARCHAR WHERE ((tocks.seen < %(rowgate_c0)s::INTEGER) AND (tocks.seen < %(rowgate_c0)s::INTEGER)) RETURNING CASE WHEN (tocks.seen < %(rowgate_c0)s::INTEGER AND tocks.seen < %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:tocks' || left(tocks.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=9; returns ; uses tocks

## made: by the database, sqlite
UPDATE tocks SET word=? WHERE ((tocks.seen < ?) AND (tocks.seen < ?)) = 1 RETURNING CASE WHEN ((SELECT tocks.seen) < ? AND (SELECT tocks.seen) < ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=9; returns ; uses tocks

## made: computed, postgresql
UPDATE totals SET plain=%(plain)s::VARCHAR WHERE ((true) AND (totals.double < %(rowgate_c0)s::INTEGER OR totals.word = %(rowgate_c1)s::VARCHAR)) RETURNING CASE WHEN (totals.double < %(rowgate_c0)s::INTEGER OR totals.word = %(rowgate_c1)s::VARCHAR) THEN 1 ELSE CAST('rowgate:RG201:totals' || left(totals.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=9; rowgate_c1='x'; returns ; uses totals

## made: computed, sqlite
UPDATE totals SET plain=? WHERE ((1) AND (totals.double < ? OR totals.word = ?)) = 1 RETURNING CASE WHEN ((SELECT totals.double) < ? OR (SELECT totals.word) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=9; rowgate_c1='x'; returns ; uses totals

## made: nothing, postgresql
UPDATE folders SET is_open=%(is_open)s WHERE ((folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND (folders.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (folders.owner = %(rowgate_id)s::INTEGER AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:folders' || left(folders.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders

## made: nothing, sqlite
UPDATE folders SET is_open=? WHERE ((folders.is_open = 1 OR folders.owner = ?) AND (folders.owner = ?)) = 1 RETURNING CASE WHEN ((SELECT folders.owner) = ? AND ((SELECT folders.is_open) = 1 OR (SELECT folders.owner) = ?)) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses folders

## made: computed, upsert, postgresql
! Unguarded RG301: an upsert of totals: its check may read a generated column: write in_() for exists(), or insert and update by themselves

## made: computed, upsert, sqlite
! Unguarded RG301: an upsert of totals: its check may read a generated column: write in_() for exists(), or insert and update by themselves

## made: computed, upsert of what no rule reads, postgresql
INSERT INTO totals (id) VALUES (%(id)s::INTEGER) ON CONFLICT (id) DO UPDATE SET plain = %(param_1)s::VARCHAR WHERE CASE WHEN (totals.double < %(rowgate_c0)s::INTEGER OR totals.word = %(rowgate_c1)s::VARCHAR) THEN true ELSE CAST('rowgate:RG201:totals' || left(totals.ctid::text, 0) AS integer) = 0 END
-- guards; rowgate_c0=9; rowgate_c1='x'; returns ; uses totals

## made: computed, upsert of what no rule reads, sqlite
INSERT INTO totals (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET plain = ? WHERE CASE WHEN (totals.double < ? OR totals.word = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END
-- guards; rowgate_c0=9; rowgate_c1='x'; returns ; uses totals

## made: two of which one is volatile, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## made: two of which one is volatile, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## made: a bind without a type, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(given)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(given)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## made: a bind without a type, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## made: a bind of a type, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(given)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(given)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## made: a bind of a type, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## made: by a key, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## made: by a key, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## made: in a cte, postgresql
WITH c AS (INSERT INTO notes (id, owner, is_gone) VALUES (%(param_1)s::INTEGER, %(param_2)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_3)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_3)s::INTEGER AS INTEGER) AS owner) AS notes) THEN notes.body = %(body_1)s::VARCHAR ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; asks rowgate_id; returns id; uses notes

## made: in a cte of an update, postgresql
WITH c AS (INSERT INTO notes (id, owner, is_gone) VALUES (%(param_1)s::INTEGER, %(param_2)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_3)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_3)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.folder_id END AS folder_id) UPDATE folders SET is_open=%(is_open)s WHERE (folders.id IN (SELECT c.folder_id FROM c)) AND ((folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND (folders.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (folders.owner = %(rowgate_id)s::INTEGER AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:folders' || left(folders.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes

## names: capitals, postgresql
SELECT "Loud".word FROM (SELECT "Loud".id, "Loud".word FROM "Loud" WHERE "Loud".id > %(rowgate_c0)s::INTEGER) AS "Loud"
-- rowgate_c0=1; returns word; uses Loud

## names: capitals, sqlite
SELECT "Loud".word FROM (SELECT "Loud".id, "Loud".word FROM "Loud" WHERE "Loud".id > ?) AS "Loud"
-- rowgate_c0=1; returns word; uses Loud

## names: update of capitals, postgresql
UPDATE "Loud" SET word=%(word)s::VARCHAR WHERE (("Loud".id > %(rowgate_c0)s::INTEGER) AND ("Loud".id > %(rowgate_c0)s::INTEGER))
-- rowgate_c0=1; returns ; uses Loud

## names: update of capitals, sqlite
UPDATE "Loud" SET word=? WHERE (("Loud".id > ?) AND ("Loud".id > ?)) = 1
-- rowgate_c0=1; returns ; uses Loud

## names: update of capitals from small letters, postgresql
! Unguarded RG301: 'loud' is the written table's own name: name what stands beside it otherwise

## names: update of capitals from small letters, sqlite
! Unguarded RG301: 'loud' is the written table's own name: name what stands beside it otherwise

## names: update from capitals, postgresql
! Unguarded RG301: 'NOTES' is the written table's own name: name what stands beside it otherwise

## names: update from capitals, sqlite
! Unguarded RG301: 'NOTES' is the written table's own name: name what stands beside it otherwise

## names: update from an anonymous alias of its name, postgresql
! Unguarded RG301: 'folders_1' is the written table's own name: name what stands beside it otherwise

## names: update from an anonymous alias of its name, sqlite
! Unguarded RG301: 'folders_1' is the written table's own name: name what stands beside it otherwise

## names: update from an anonymous alias, postgresql
UPDATE notes SET body=%(body)s::VARCHAR FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders_1 WHERE notes.id = folders_1.id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses folders; uses notes

## names: update from an anonymous alias, sqlite
UPDATE notes SET body=? FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders_1 WHERE notes.id = folders_1.id AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses folders; uses notes

## names: update from a sub-select of its name, postgresql
! Unguarded RG301: 'notes' is the written table's own name: name what stands beside it otherwise

## names: update from a sub-select of its name, sqlite
! Unguarded RG301: 'notes' is the written table's own name: name what stands beside it otherwise

## names: too long, postgresql
SELECT d0efddbf528701cfddf1f14238c3fb72.id FROM (SELECT sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id FROM sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn WHERE sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id > %(rowgate_c0)s::INTEGER) AS d0efddbf528701cfddf1f14238c3fb72
-- rowgate_c0=1; returns id; uses sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn

## names: too long, sqlite
SELECT "sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn".id FROM (SELECT sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id FROM sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn WHERE sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id > ?) AS "sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
-- rowgate_c0=1; returns id; uses sssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn

## names: long, postgresql
SELECT "ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn".id FROM (SELECT ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id FROM ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn WHERE ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id > %(rowgate_c0)s::INTEGER) AS "ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
-- rowgate_c0=1; returns id; uses ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn

## names: long, sqlite
SELECT "ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn".id FROM (SELECT ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id FROM ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn WHERE ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn.id > ?) AS "ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
-- rowgate_c0=1; returns id; uses ssssssssssssssssssssssssssssss.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn

## names: alias of a schema's, postgresql
SELECT x.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS x
-- asks rowgate_id; returns id; uses archive.notes

## names: alias of a schema's, sqlite
SELECT x.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS x
-- asks rowgate_id; returns id; uses archive.notes

## names: update of a schema's by a sub-select of it, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE (archive.notes.id IN (SELECT again.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS again WHERE again.owner = archive.notes.owner)) AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses archive.notes

## names: update of a schema's by a sub-select of it, sqlite
UPDATE archive.notes SET body=? WHERE (archive.notes.id IN (SELECT again.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS again WHERE again.owner = archive.notes.owner)) AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses archive.notes

## names: update of a schema's by a sub-select of itself, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE (archive.notes.id IN (SELECT "archive.notes".id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes" WHERE "archive.notes".owner = %(owner_1)s::INTEGER)) AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses archive.notes

## names: update of a schema's by a sub-select of itself, sqlite
UPDATE archive.notes SET body=? WHERE (archive.notes.id IN (SELECT "archive.notes".id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes" WHERE "archive.notes".owner = ?)) AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses archive.notes

## names: update of a schema's, returning, postgresql
UPDATE archive.notes SET owner=%(owner)s::INTEGER WHERE ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id END AS id, CAST(NULL AS VARCHAR) AS secret
-- guards; asks rowgate_id; returns id, secret; uses archive.notes

## names: update of a schema's, returning, sqlite
UPDATE archive.notes SET owner=? WHERE ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, NULL AS secret
-- guards; asks rowgate_id; returns id, secret; uses archive.notes

## names: update of a schema's from itself, postgresql
UPDATE archive.notes SET body=again.body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS again WHERE archive.notes.id = again.id AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses archive.notes

## names: update of a schema's from itself, sqlite
UPDATE archive.notes SET body=again.body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS again WHERE archive.notes.id = again.id AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses archive.notes

## names: delete of a schema's, postgresql
DELETE FROM archive.notes WHERE CAST(NULL AS VARCHAR) = %(secret_1)s::VARCHAR AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CAST(NULL AS VARCHAR) AS secret
-- asks rowgate_id; returns secret; uses archive.notes

## names: delete of a schema's, sqlite
DELETE FROM archive.notes WHERE NULL = ? AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1 RETURNING NULL AS secret
-- asks rowgate_id; returns secret; uses archive.notes

## names: in a cte beside its table, postgresql
WITH c AS (UPDATE archive.notes SET body=%(param_1)s::VARCHAR WHERE ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id END AS id) SELECT c.id, "archive.notes".secret FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes", c
-- guards; asks rowgate_id; returns id, secret; uses archive.notes

## names: sub-select in RETURNING, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id END AS id, (SELECT again.body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS again WHERE again.id = archive.notes.id) AS anon_1
-- guards; asks rowgate_id; returns id, anon_1; uses archive.notes

## names: sub-select in RETURNING, sqlite
! Unguarded RG301: column 'id' would be read as the written table's own: name another alias

## names: types by functions, postgresql
SELECT lower(free.quiet) AS quiet FROM free
-- returns quiet; uses free

## names: types by functions, sqlite
SELECT lower(free.quiet) AS quiet FROM free
-- returns quiet; uses free

## names: types by functions, returning them alone, postgresql
! Unguarded RG301: RETURNING has no column to prove the new row by: return a column of the table

## names: types by functions, returning them alone, sqlite
! Unguarded RG301: RETURNING has no column to prove the new row by: return a column of the table

## names: types by functions, returning, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING lower(CAST(notes.body AS VARCHAR)) AS body, CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns body, id; uses notes

## names: types by functions, returning, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING lower(CAST(body AS VARCHAR)) AS body, CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id
-- guards; asks rowgate_id; returns body, id; uses notes

## names: translated, postgresql
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT __[SCHEMA_archive].notes.id, __[SCHEMA_archive].notes.owner, __[SCHEMA_archive].notes.body, CAST(NULL AS VARCHAR) AS secret FROM __[SCHEMA_archive].notes WHERE __[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## names: translated, sqlite
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT __[SCHEMA_archive].notes.id, __[SCHEMA_archive].notes.owner, __[SCHEMA_archive].notes.body, NULL AS secret FROM __[SCHEMA_archive].notes WHERE __[SCHEMA_archive].notes.owner = ?) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## names: translated, all, postgresql
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT __[SCHEMA_archive].notes.id, __[SCHEMA_archive].notes.owner, __[SCHEMA_archive].notes.body, CAST(NULL AS VARCHAR) AS secret FROM __[SCHEMA_archive].notes WHERE __[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes", (SELECT __[SCHEMA__none].notes.id, __[SCHEMA__none].notes.folder_id, __[SCHEMA__none].notes.owner, __[SCHEMA__none].notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN __[SCHEMA__none].notes.owner = %(rowgate_id)s::INTEGER THEN __[SCHEMA__none].notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, __[SCHEMA__none].notes.is_gone FROM __[SCHEMA__none].notes WHERE __[SCHEMA__none].notes.owner = %(rowgate_id)s::INTEGER AND NOT __[SCHEMA__none].notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## names: translated, all, sqlite
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT __[SCHEMA_archive].notes.id, __[SCHEMA_archive].notes.owner, __[SCHEMA_archive].notes.body, NULL AS secret FROM __[SCHEMA_archive].notes WHERE __[SCHEMA_archive].notes.owner = ?) AS "archive.notes", (SELECT __[SCHEMA__none].notes.id, __[SCHEMA__none].notes.folder_id, __[SCHEMA__none].notes.owner, __[SCHEMA__none].notes.body, NULL AS secret, CASE WHEN __[SCHEMA__none].notes.owner = ? THEN __[SCHEMA__none].notes.phone ELSE ? END AS phone, __[SCHEMA__none].notes.is_gone FROM __[SCHEMA__none].notes WHERE __[SCHEMA__none].notes.owner = ? AND __[SCHEMA__none].notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## names: translated, by name, postgresql
! Unguarded RG301: schema_translate_map does not reach table('notes'): name the Table itself

## names: translated, by name, sqlite
! Unguarded RG301: schema_translate_map does not reach table('notes'): name the Table itself

## names: translated write, postgresql
UPDATE __[SCHEMA_archive].notes SET body=%(body)s::VARCHAR WHERE ((__[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER) AND (__[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (__[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER AND __[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER AND __[SCHEMA_archive].notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(__[SCHEMA_archive].notes.ctid::text, 0) AS integer) END = 1 THEN __[SCHEMA_archive].notes.id END AS id
-- guards; asks rowgate_id; returns id; uses archive.notes

## names: translated write, sqlite
UPDATE __[SCHEMA_archive].notes SET body=? WHERE ((__[SCHEMA_archive].notes.owner = ?) AND (__[SCHEMA_archive].notes.owner = ?)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id
-- guards; asks rowgate_id; returns id; uses archive.notes

## names: translated type, postgresql
SELECT CAST(stamps.kind AS __[SCHEMA__none].kind) AS kind FROM (SELECT __[SCHEMA__none].stamps.id, __[SCHEMA__none].stamps.owner, __[SCHEMA__none].stamps.seen, __[SCHEMA__none].stamps.kind, __[SCHEMA__none].stamps.double FROM __[SCHEMA__none].stamps WHERE __[SCHEMA__none].stamps.owner = %(rowgate_id)s::INTEGER) AS stamps
-- asks rowgate_id; returns kind; uses stamps

## names: translated type, sqlite
SELECT CAST(stamps.kind AS VARCHAR(5)) AS kind FROM (SELECT __[SCHEMA__none].stamps.id, __[SCHEMA__none].stamps.owner, __[SCHEMA__none].stamps.seen, __[SCHEMA__none].stamps.kind, __[SCHEMA__none].stamps.double FROM __[SCHEMA__none].stamps WHERE __[SCHEMA__none].stamps.owner = ?) AS stamps
-- asks rowgate_id; returns kind; uses stamps

## names: a schema like a mark, postgresql
! Unguarded RG301: table '__[SCHEMA_z].x' is not in the catalog: declare a policy, or open it with a reason

## names: a schema like a mark, sqlite
! Unguarded RG301: table '__[SCHEMA_z].x' is not in the catalog: declare a policy, or open it with a reason

## names: options on a write behind a barrier, postgresql
! Unguarded RG301: options on a write would add criteria in front of the barrier: write them into where()

## names: options on a write behind a barrier, sqlite
! Unguarded RG301: options on a write would add criteria in front of the barrier: write them into where()

## names: options on a write, postgresql
UPDATE folders SET is_open=%(is_open)s WHERE folders.id > %(id_1)s::INTEGER AND ((folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND (folders.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (folders.owner = %(rowgate_id)s::INTEGER AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:folders' || left(folders.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders

## names: options on a write, sqlite
UPDATE folders SET is_open=? WHERE folders.id > ? AND ((folders.is_open = 1 OR folders.owner = ?) AND (folders.owner = ?)) = 1 RETURNING CASE WHEN ((SELECT folders.owner) = ? AND ((SELECT folders.is_open) = 1 OR (SELECT folders.owner) = ?)) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses folders

## names: a literal with a mark, postgresql
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## names: a literal with a mark, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## names: linted, postgresql
SELECT notes.id, folders.id AS id_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes, (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## names: linted, sqlite
SELECT notes.id, folders.id AS id_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes, (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## reads: a column, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: a column, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: a column, reader, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE (EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) OR notes.owner = %(rowgate_id)s::INTEGER) AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses folders; uses notes

## reads: a column, reader, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE (EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open = 1 OR folders.owner = ?)) = 1 OR notes.owner = ?) AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses folders; uses notes

## reads: a column, editor, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::INTEGER)) AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; rowgate_c1=1; rowgate_c2=2; asks rowgate_id; returns body; uses notes

## reads: a column, editor, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; rowgate_c1=1; rowgate_c2=2; asks rowgate_id; returns body; uses notes

## reads: a column, admin, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: a column, admin, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: nobody reads what is open, postgresql
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open) AS folders
-- returns id; uses folders

## reads: nobody reads what is open, sqlite
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1) AS folders
-- returns id; uses folders

## reads: nobody reads nothing else, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE false) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: nobody reads nothing else, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: no rule, postgresql
SELECT sealed.id FROM (SELECT sealed.id FROM sealed WHERE false) AS sealed
-- returns id; uses sealed

## reads: no rule, sqlite
SELECT sealed.id FROM (SELECT sealed.id FROM sealed WHERE 0) AS sealed
-- returns id; uses sealed

## reads: open table, postgresql
SELECT words.word FROM words
-- returns word; uses words

## reads: open table, sqlite
SELECT words.word FROM words
-- returns word; uses words

## reads: open table in an alias, postgresql
SELECT w.word FROM words AS w
-- returns word; uses words

## reads: open table in an alias, sqlite
SELECT w.word FROM words AS w
-- returns word; uses words

## reads: an alias, postgresql
SELECT other.body, other.secret FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other
-- rowgate_c0='hidden'; asks rowgate_id; returns body, secret; uses notes

## reads: an alias, sqlite
SELECT other.body, other.secret FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other
-- rowgate_c0='hidden'; asks rowgate_id; returns body, secret; uses notes

## reads: alias of an alias, postgresql
SELECT y.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS y
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: alias of an alias, sqlite
SELECT y.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS y
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: table and alias, postgresql
SELECT notes.body, other.body AS body_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other WHERE notes.id = other.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses notes

## reads: table and alias, sqlite
SELECT notes.body, other.body AS body_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other WHERE notes.id = other.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses notes

## reads: join, postgresql
SELECT notes.body, folders.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses folders; uses notes

## reads: join, sqlite
SELECT notes.body, folders.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses folders; uses notes

## reads: outer join, postgresql
SELECT folders.id, notes.body FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders LEFT OUTER JOIN (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## reads: outer join, sqlite
SELECT folders.id, notes.body FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders LEFT OUTER JOIN (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## reads: full join, postgresql
SELECT folders.id, notes.body FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders FULL OUTER JOIN (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## reads: full join, sqlite
SELECT folders.id, notes.body FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders FULL OUTER JOIN (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## reads: exists, postgresql
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE EXISTS (SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE folders.id = notes.folder_id AND notes.body = %(body_1)s::VARCHAR)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## reads: exists, sqlite
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE EXISTS (SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE folders.id = notes.folder_id AND notes.body = ?)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## reads: scalar sub-select, postgresql
SELECT folders.id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.folder_id = folders.id) AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## reads: scalar sub-select, sqlite
SELECT folders.id, (SELECT count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.folder_id = folders.id) AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## reads: sub-select, postgresql
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: sub-select, sqlite
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT c.id, c.body FROM c
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id, c.body FROM c
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: recursive cte, postgresql
WITH RECURSIVE down(id) AS (SELECT notes.id AS id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER UNION ALL SELECT notes.id AS id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes, down WHERE notes.id = down.id + %(id_1)s::INTEGER) SELECT down.id FROM down
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: recursive cte, sqlite
WITH RECURSIVE down(id) AS (SELECT notes.id AS id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ? UNION ALL SELECT notes.id AS id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes, down WHERE notes.id = down.id + ?) SELECT down.id FROM down
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: cte named like a table, postgresql
! Unguarded RG301: a CTE is named 'folders' like a guarded table: give it another name

## reads: cte named like a table, sqlite
! Unguarded RG301: a CTE is named 'folders' like a guarded table: give it another name

## reads: cte named like a table, in capitals, postgresql
! Unguarded RG301: a CTE is named 'FOLDERS' like a guarded table: give it another name

## reads: cte named like a table, in capitals, sqlite
! Unguarded RG301: a CTE is named 'FOLDERS' like a guarded table: give it another name

## reads: cte named like a table of a schema, postgresql
! Unguarded RG301: a CTE is named 'archive.notes' like a guarded table: give it another name

## reads: cte named like a table of a schema, sqlite
! Unguarded RG301: a CTE is named 'archive.notes' like a guarded table: give it another name

## reads: union, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes UNION ALL SELECT "archive.notes".body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes"
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses archive.notes; uses notes

## reads: union, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes UNION ALL SELECT "archive.notes".body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes"
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses archive.notes; uses notes

## reads: barrier, postgresql
SELECT vaults.id FROM (SELECT vaults.id, vaults.owner, CAST(%(rowgate_c0)s::DATE AS DATE) AS opened FROM vaults WHERE vaults.owner = %(rowgate_id)s::INTEGER OFFSET 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns id; uses vaults

## reads: barrier, sqlite
SELECT vaults.id FROM (SELECT vaults.id, vaults.owner, ? AS opened FROM vaults WHERE vaults.owner = ? LIMIT -1 OFFSET 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns id; uses vaults

## reads: barrier, all rows, postgresql
SELECT vaults.opened FROM (SELECT vaults.id, vaults.owner, vaults.opened FROM vaults WHERE vaults.owner = %(rowgate_id)s::INTEGER OFFSET 0) AS vaults
-- asks rowgate_id; returns opened; uses vaults

## reads: barrier, all rows, sqlite
SELECT vaults.opened FROM (SELECT vaults.id, vaults.owner, vaults.opened FROM vaults WHERE vaults.owner = ? LIMIT -1 OFFSET 0) AS vaults
-- asks rowgate_id; returns opened; uses vaults

## reads: barrier, no row, postgresql
SELECT vaults.opened FROM (SELECT vaults.id, vaults.owner, CAST(%(rowgate_c0)s::DATE AS DATE) AS opened FROM vaults WHERE false) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); returns opened; uses vaults

## reads: barrier, no row, sqlite
SELECT vaults.opened FROM (SELECT vaults.id, vaults.owner, ? AS opened FROM vaults WHERE 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); returns opened; uses vaults

## reads: mask in where, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.phone = %(phone_1)s::VARCHAR ORDER BY notes.secret
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: mask in where, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.phone = ? ORDER BY notes.secret
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: schema, postgresql
SELECT "archive.notes".body, "archive.notes".secret FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes"
-- asks rowgate_id; returns body, secret; uses archive.notes

## reads: schema, sqlite
SELECT "archive.notes".body, "archive.notes".secret FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes"
-- asks rowgate_id; returns body, secret; uses archive.notes

## reads: schema beside its namesake, postgresql
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE "archive.notes".id = notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## reads: schema beside its namesake, sqlite
SELECT "archive.notes".body, notes.body AS body_1 FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE "archive.notes".id = notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, body_1; uses archive.notes; uses notes

## reads: schema, alias, postgresql
SELECT again.body, "archive.notes".id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS again, (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes"
-- asks rowgate_id; returns body, id; uses archive.notes

## reads: schema, alias, sqlite
SELECT again.body, "archive.notes".id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS again, (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes"
-- asks rowgate_id; returns body, id; uses archive.notes

## reads: has_role of a column, postgresql
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs
-- asks rowgate_roles; returns a; uses pairs

## reads: has_role of a column, sqlite
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs
-- asks rowgate_roles; returns a; uses pairs

## reads: attribute, postgresql
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs WHERE pairs.b = %(rowgate_attr_a_)s::INTEGER
-- asks rowgate_attr_a_; asks rowgate_roles; returns a; uses pairs

## reads: attribute, sqlite
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs WHERE pairs.b = ?
-- asks rowgate_attr_a_; asks rowgate_roles; returns a; uses pairs

## reads: attribute of two types, postgresql
! Unguarded RG301: principal.attr('a') is used with two types: use one

## reads: attribute of two types, sqlite
! Unguarded RG301: principal.attr('a') is used with two types: use one

## reads: who acts, postgresql
SELECT words.id FROM words WHERE words.id = %(rowgate_id)s::INTEGER
-- asks rowgate_id; returns id; uses words

## reads: who acts, sqlite
SELECT words.id FROM words WHERE words.id = ?
-- asks rowgate_id; returns id; uses words

## reads: has_role, postgresql
SELECT words.id, (1 = 1) AS anon_1 FROM words
-- returns id, anon_1; uses words

## reads: has_role, sqlite
SELECT words.id, (1 = 1) AS anon_1 FROM words
-- returns id, anon_1; uses words

## reads: has_role, without, postgresql
SELECT words.id FROM words ORDER BY (1 = 0)
-- returns id; uses words

## reads: has_role, without, sqlite
SELECT words.id FROM words ORDER BY (1 = 0)
-- returns id; uses words

## reads: has_role that no rule names, postgresql
! Unguarded RG301: principal.has_role('reeder'): no rule names this role, so the SQL does not know it

## reads: has_role that no rule names, sqlite
! Unguarded RG301: principal.has_role('reeder'): no rule names this role, so the SQL does not know it

## reads: distinct, limit, postgresql
SELECT DISTINCT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: distinct, limit, sqlite
SELECT DISTINCT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes LIMIT ? OFFSET ?
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: lateral, postgresql
SELECT folders.id, "some".body FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders JOIN LATERAL (SELECT notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.folder_id = folders.id) AS "some" ON (%(param_1)s)
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## reads: group by key, postgresql
SELECT notes.id, notes.body, count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY notes.id, notes.body
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body, count_1; uses notes

## reads: group by key, sqlite
SELECT notes.id, notes.body, count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes GROUP BY notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body, count_1; uses notes

## reads: group by key, having and order, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY notes.id, notes.owner, notes.body HAVING notes.owner > %(owner_1)s::INTEGER ORDER BY notes.body, notes.owner
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: group by key, having and order, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes GROUP BY notes.id HAVING notes.owner > ? ORDER BY notes.body, notes.owner
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: group by key of an alias, postgresql
SELECT other.id, other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other GROUP BY other.id, other.body
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: group by key of an alias, sqlite
SELECT other.id, other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other GROUP BY other.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: group by half a key, postgresql
SELECT pairs.a, count(pairs.note) AS count_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs GROUP BY pairs.a
-- asks rowgate_roles; returns a, count_1; uses pairs

## reads: group by half a key, sqlite
SELECT pairs.a, count(pairs.note) AS count_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs GROUP BY pairs.a
-- asks rowgate_roles; returns a, count_1; uses pairs

## reads: group by a whole key of two, postgresql
SELECT pairs.a, pairs.note FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs GROUP BY pairs.a, pairs.b, pairs.note
-- asks rowgate_roles; returns a, note; uses pairs

## reads: group by a whole key of two, sqlite
SELECT pairs.a, pairs.note FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs GROUP BY pairs.a, pairs.b
-- asks rowgate_roles; returns a, note; uses pairs

## reads: group by rollup, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY ROLLUP(notes.id)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: group by and an expression, postgresql
SELECT notes.id, notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY notes.id, notes.owner + %(owner_1)s::INTEGER
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## reads: group by another column, postgresql
SELECT notes.owner, count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes GROUP BY notes.owner
-- rowgate_c0='hidden'; asks rowgate_id; returns owner, count_1; uses notes

## reads: group by another column, sqlite
SELECT notes.owner, count(*) AS count_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes GROUP BY notes.owner
-- rowgate_c0='hidden'; asks rowgate_id; returns owner, count_1; uses notes

## reads: whole row, postgresql
SELECT notes FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns notes; uses notes

## reads: whole row of a schema, postgresql
SELECT "archive.notes" FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes"
-- asks rowgate_id; returns notes; uses archive.notes

## reads: values, postgresql
SELECT v.a FROM (VALUES (%(param_1)s::INTEGER), (%(param_2)s::INTEGER)) AS v (a)
-- returns a

## reads: values without a name, postgresql
SELECT v.a FROM (VALUES (%(param_1)s::INTEGER)) AS v (a)
-- returns a

## reads: values with literals, postgresql
! Unguarded RG301: values(literal_binds=True) pastes its values into SQL: leave it out, so that they are bound

## reads: scalar values, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id IN (VALUES (%(param_1)s::INTEGER))
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## reads: scalar values with literals, postgresql
! Unguarded RG301: values(literal_binds=True) pastes its values into SQL: leave it out, so that they are bound

## reads: a table that is not in the catalog, postgresql
! Unguarded RG301: table 'elsewhere' is not in the catalog: declare a policy, or open it with a reason

## reads: a table that is not in the catalog, sqlite
! Unguarded RG301: table 'elsewhere' is not in the catalog: declare a policy, or open it with a reason

## reads: a column that is not in the table, postgresql
! Unguarded RG301: notes has no column 'upper': it could be a function call

## reads: a column that is not in the table, sqlite
! Unguarded RG301: notes has no column 'upper': it could be a function call

## reads: a column that is in the table, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: a column that is in the table, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## reads: star, postgresql
SELECT * FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns *; uses notes

## reads: star, sqlite
SELECT * FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns *; uses notes

## reads: literal column, postgresql
SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns 1; uses notes

## reads: literal column, sqlite
SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns 1; uses notes

## reads: literal column that is more, postgresql
! Unguarded RG301: literal_column() is text: name the column, or write '(select 1)' with func and operators

## reads: literal column that is more, sqlite
! Unguarded RG301: literal_column() is text: name the column, or write '(select 1)' with func and operators

## reads: text, postgresql
! Unguarded RG301: textclause is refused: text cannot be proven; write it with select(), func and the operators of SQLAlchemy

## reads: text, sqlite
! Unguarded RG301: textclause is refused: text cannot be proven; write it with select(), func and the operators of SQLAlchemy

## reads: text in where, postgresql
! Unguarded RG301: textclause is refused: text cannot be proven; write it with select(), func and the operators of SQLAlchemy

## reads: text in where, sqlite
! Unguarded RG301: textclause is refused: text cannot be proven; write it with select(), func and the operators of SQLAlchemy

## reads: hint, postgresql
! Unguarded RG301: hints are text: leave them out

## reads: hint, sqlite
! Unguarded RG301: hints are text: leave them out

## reads: statement hint, postgresql
! Unguarded RG301: hints are text: leave them out

## reads: statement hint, sqlite
! Unguarded RG301: hints are text: leave them out

## reads: prefix, postgresql
! Unguarded RG301: prefixes and suffixes are text: leave them out

## reads: prefix, sqlite
! Unguarded RG301: prefixes and suffixes are text: leave them out

## locks: for update, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for share, postgresql
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes FOR SHARE
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for share, sqlite
SELECT notes.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update, no rule, postgresql
SELECT words.id FROM (SELECT words.id, words.word FROM words WHERE false) AS words FOR UPDATE
-- returns id; uses words

## locks: for update, no rule, sqlite
SELECT words.id FROM (SELECT words.id, words.word FROM words WHERE 0) AS words
-- returns id; uses words

## locks: for update of one, postgresql
SELECT notes.body, folders.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders ON folders.id = notes.folder_id FOR UPDATE OF folders
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses folders; uses notes

## locks: for update of one, sqlite
SELECT notes.body, folders.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes JOIN (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders ON folders.id = notes.folder_id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses folders; uses notes

## locks: for update of an alias, postgresql
SELECT other.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE other.id = notes.id FOR UPDATE OF other
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of an alias, sqlite
SELECT other.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS other, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE other.id = notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of the table beside its alias, postgresql
SELECT other.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE other.id = notes.id FOR UPDATE OF notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of the table beside its alias, sqlite
SELECT other.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE other.id = notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of a schema's, postgresql
SELECT "archive.notes".body, notes.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes FOR UPDATE OF "archive.notes"
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses archive.notes; uses notes

## locks: for update of a schema's, sqlite
SELECT "archive.notes".body, notes.id FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ? AND archive.notes.owner = ?) AS "archive.notes", (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses archive.notes; uses notes

## locks: for update reaches a sub-select, postgresql
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS s FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update reaches a sub-select, sqlite
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update of a sub-select, postgresql
SELECT "some".id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS "some" WHERE "some".id = folders.id FOR UPDATE OF "some"
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## locks: for update of a sub-select, sqlite
SELECT some.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS some WHERE some.id = folders.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## locks: for update beside a sub-select, postgresql
SELECT "some".id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS "some" WHERE "some".id = folders.id FOR UPDATE OF folders
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## locks: for update beside a sub-select, sqlite
SELECT some.id, folders.id AS id_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders, (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS some WHERE some.id = folders.id
-- rowgate_c0='hidden'; asks rowgate_id; returns id, id_1; uses folders; uses notes

## locks: for update reaches two levels, postgresql
SELECT u.id, u.body FROM (SELECT s.id AS id, s.body AS body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS s) AS u FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update reaches two levels, sqlite
SELECT u.id, u.body FROM (SELECT s.id AS id, s.body AS body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s) AS u
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update of an alias of an alias, postgresql
SELECT twice.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS twice WHERE twice.id = notes.id FOR UPDATE OF twice
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of an alias of an alias, sqlite
SELECT twice.body, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes, (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS twice WHERE twice.id = notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns body, id; uses notes

## locks: for update of an alias of aliases, postgresql
SELECT thrice.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS thrice FOR UPDATE OF thrice
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update of an alias of aliases, sqlite
SELECT thrice.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS thrice
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update of an alias of a sub-select, postgresql
SELECT t.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) AS t FOR UPDATE OF t
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update of an alias of a sub-select, sqlite
SELECT t.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS t
-- rowgate_c0='hidden'; asks rowgate_id; returns body; uses notes

## locks: for update stops at a cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) SELECT c.id, c.body FROM c FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update stops at a cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id, c.body FROM c
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update stops at where, postgresql
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE folders.id IN (SELECT notes.folder_id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes) FOR UPDATE
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## locks: for update stops at where, sqlite
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE (folders.is_open = 1 OR folders.owner = ?) AND folders.owner = ?) AS folders WHERE folders.id IN (SELECT notes.folder_id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## locks: for update in a sub-select, postgresql
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER FOR UPDATE) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update in a sub-select, sqlite
SELECT s.id, s.body FROM (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) AS s
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses notes

## locks: for update in a cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER FOR UPDATE) SELECT c.id, c.body FROM c WHERE EXISTS (SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders)
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## locks: for update in a cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) SELECT c.id, c.body FROM c WHERE EXISTS (SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders)
-- rowgate_c0='hidden'; asks rowgate_id; returns id, body; uses folders; uses notes

## can: can, postgresql
SELECT notes.id, (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c4)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AS notes
-- rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; rowgate_c4='hidden'; asks rowgate_id; returns id, anon_1; uses notes

## can: can, sqlite
SELECT notes.id, (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0 AND (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0)) FROM (SELECT notes.id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AS notes
-- rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; rowgate_c4='hidden'; asks rowgate_id; returns id, anon_1; uses notes

## can: can of an alias, postgresql
SELECT other.id, (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) FROM (SELECT other.id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses notes

## can: can of an alias, sqlite
SELECT other.id, (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0)) FROM (SELECT other.id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses notes

## can: can of another, postgresql
SELECT notes.id, (SELECT EXISTS (SELECT 1 FROM folders WHERE folders.id = rowgate_key.k0 AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) FROM (SELECT notes.folder_id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## can: can of another, sqlite
SELECT notes.id, (SELECT EXISTS (SELECT 1 FROM folders WHERE folders.id = rowgate_key.k0 AND (folders.is_open = 1 OR folders.owner = ?)) FROM (SELECT notes.folder_id AS k0) AS rowgate_key) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## can: can that is never, postgresql
SELECT words.id, false AS anon_1 FROM words
-- returns id, anon_1; uses words

## can: can that is never, sqlite
SELECT words.id, 0 AS anon_1 FROM words
-- returns id, anon_1; uses words

## can: can that is always, postgresql
SELECT words.id, (SELECT EXISTS (SELECT 1 FROM words WHERE words.id = rowgate_key.k0) FROM (SELECT words.id AS k0) AS rowgate_key) AS anon_1 FROM words
-- returns id, anon_1; uses words

## can: can that is always, sqlite
SELECT words.id, (SELECT EXISTS (SELECT 1 FROM words WHERE words.id = rowgate_key.k0) FROM (SELECT words.id AS k0) AS rowgate_key) AS anon_1 FROM words
-- returns id, anon_1; uses words

## can: can of somebody else, postgresql
SELECT notes.id, ((SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((notes.owner = %(rowgate_c0)s::INTEGER OR notes.folder_id IN (%(rowgate_c1)s::INTEGER, %(rowgate_c2)s::INTEGER)) AND NOT notes.is_gone AND (notes.owner = %(rowgate_c0)s::INTEGER OR notes.folder_id IN (%(rowgate_c3)s::INTEGER, %(rowgate_c4)s::INTEGER)) AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) OR notes.owner = %(rowgate_id)s::INTEGER) AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key)) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c5)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE (EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) OR notes.owner = %(rowgate_id)s::INTEGER) AND NOT notes.is_gone) AS notes
-- rowgate_c0=3; rowgate_c1=1; rowgate_c2=2; rowgate_c3=1; rowgate_c4=2; rowgate_c5='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## can: can of somebody else, sqlite
SELECT notes.id, ((SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0 AND (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0)) FROM (SELECT notes.id AS k0) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND ((EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open = 1 OR folders.owner = ?)) = 1 OR notes.owner = ?) AND notes.is_gone = 0)) FROM (SELECT notes.id AS k0) AS rowgate_key)) AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE (EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open = 1 OR folders.owner = ?)) = 1 OR notes.owner = ?) AND notes.is_gone = 0) AS notes
-- rowgate_c0=3; rowgate_c1=1; rowgate_c2=2; rowgate_c3=1; rowgate_c4=2; rowgate_c5='hidden'; asks rowgate_id; returns id, anon_1; uses folders; uses notes

## can: can of somebody else, by an attribute, postgresql
SELECT pairs.a, ((SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_c0)s::TEXT[] AS TEXT[]))) AND pairs.a = %(rowgate_c1)s::INTEGER)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key)) AS anon_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs
-- rowgate_c0=[]; rowgate_c1=5; asks rowgate_roles; returns a, anon_1; uses pairs

## can: can of somebody else, by an attribute, sqlite
SELECT pairs.a, ((SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1 AND pairs.a = ?)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key)) AS anon_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs
-- rowgate_c0='[]'; rowgate_c1=5; asks rowgate_roles; returns a, anon_1; uses pairs

## can: can of somebody else, by her roles, postgresql
SELECT pairs.a, ((SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_c0)s::TEXT[] AS TEXT[]))))) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key)) AS anon_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs
-- rowgate_c0=['editor']; asks rowgate_roles; returns a, anon_1; uses pairs

## can: can of somebody else, by her roles, sqlite
SELECT pairs.a, ((SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key) AND (SELECT EXISTS (SELECT 1 FROM pairs WHERE pairs.a = rowgate_key.k0 AND pairs.b = rowgate_key.k1 AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1)) FROM (SELECT pairs.a AS k0, pairs.b AS k1) AS rowgate_key)) AS anon_1 FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs
-- rowgate_c0='["editor"]'; asks rowgate_roles; returns a, anon_1; uses pairs

## can: can in a write, postgresql
! Unguarded RG301: can() in a write would judge the row before or after it: ask in a SELECT of its own

## can: can in a write, sqlite
! Unguarded RG301: can() in a write would judge the row before or after it: ask in a SELECT of its own

## can: can in a sub-select, postgresql
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE EXISTS (SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE folders.id = notes.folder_id AND (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) FROM (SELECT notes.id AS k0) AS rowgate_key))
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## can: can in a sub-select, sqlite
SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE EXISTS (SELECT 1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE folders.id = notes.folder_id AND (SELECT EXISTS (SELECT 1 FROM notes WHERE notes.id = rowgate_key.k0 AND (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0)) FROM (SELECT notes.id AS k0) AS rowgate_key) = 1)
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses folders; uses notes

## expressions: function, postgresql
SELECT lower(notes.body) AS lower_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns lower_1; uses notes

## expressions: function, sqlite
SELECT lower(notes.body) AS lower_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns lower_1; uses notes

## expressions: function of a package, postgresql
! Unguarded RG301: function pg_catalog.lower() is not listed: it could run on rows that the policy hides. Use a built-in, or say catalog.allow_function('pg_catalog.lower', reason=...)

## expressions: function of a package, sqlite
! Unguarded RG301: function pg_catalog.lower() is not listed: it could run on rows that the policy hides. Use a built-in, or say catalog.allow_function('pg_catalog.lower', reason=...)

## expressions: function that is not listed, postgresql
! Unguarded RG301: function query_to_xml() is not listed: it could run on rows that the policy hides. Use a built-in, or say catalog.allow_function('query_to_xml', reason=...)

## expressions: function that is not listed, sqlite
! Unguarded RG301: function query_to_xml() is not listed: it could run on rows that the policy hides. Use a built-in, or say catalog.allow_function('query_to_xml', reason=...)

## expressions: volatile function, postgresql
SELECT random() AS random_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns random_1, id; uses notes

## expressions: volatile function, sqlite
SELECT random() AS random_1, notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns random_1, id; uses notes

## expressions: volatile function of a column, postgresql
! Unguarded RG301: random() takes no arguments here: a volatile function could carry hidden values out

## expressions: volatile function of a column, sqlite
! Unguarded RG301: random() takes no arguments here: a volatile function could carry hidden values out

## expressions: next value, postgresql
! Unguarded RG301: next_value_func is refused: let a column default draw from the sequence

## expressions: next value, sqlite
! Unguarded RG301: next_value_func is refused: let a column default draw from the sequence

## expressions: operator, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE (notes.body || %(body_1)s::VARCHAR) = %(param_1)s::VARCHAR
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: operator, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE (notes.body || ?) = ?
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: operator that is not listed, postgresql
! Unguarded RG301: operator '; drop' is not listed: use the operators of SQLAlchemy, or func

## expressions: operator that is not listed, sqlite
! Unguarded RG301: operator '; drop' is not listed: use the operators of SQLAlchemy, or func

## expressions: operator that is a placeholder, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.body ? %(body_1)s::VARCHAR
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: operator that is a placeholder, sqlite
! Unguarded RG301: operator '?' is not listed: use the operators of SQLAlchemy, or func

## expressions: extract, postgresql
SELECT EXTRACT(year FROM vaults.opened) AS anon_1 FROM (SELECT vaults.id, vaults.owner, CAST(%(rowgate_c0)s::DATE AS DATE) AS opened FROM vaults WHERE vaults.owner = %(rowgate_id)s::INTEGER OFFSET 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns anon_1; uses vaults

## expressions: extract, sqlite
SELECT CAST(STRFTIME('%Y', vaults.opened) AS INTEGER) AS anon_1 FROM (SELECT vaults.id, vaults.owner, ? AS opened FROM vaults WHERE vaults.owner = ? LIMIT -1 OFFSET 0) AS vaults
-- rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns anon_1; uses vaults

## expressions: extract of text, postgresql
! Unguarded RG301: extract() pastes its field into SQL: give the name of one field, such as 'year'

## expressions: extract of text, sqlite
! Unguarded RG301: extract() pastes its field into SQL: give the name of one field, such as 'year'

## expressions: collation, postgresql
SELECT notes.body COLLATE "C" AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1; uses notes

## expressions: collation, sqlite
SELECT notes.body COLLATE "C" AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1; uses notes

## expressions: collation with text, postgresql
! Unguarded RG301: quoted_name(..., quote=False) pastes its text into SQL: leave quoting to SQLAlchemy

## expressions: collation with text, sqlite
! Unguarded RG301: quoted_name(..., quote=False) pastes its text into SQL: leave quoting to SQLAlchemy

## expressions: cast, postgresql
SELECT CAST(notes.owner AS VARCHAR(3)) AS owner FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns owner; uses notes

## expressions: cast, sqlite
SELECT CAST(notes.owner AS VARCHAR(3)) AS owner FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns owner; uses notes

## expressions: case, postgresql
SELECT CASE WHEN (notes.owner = %(owner_1)s::INTEGER) THEN %(param_1)s::VARCHAR ELSE %(param_2)s::VARCHAR END AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1; uses notes

## expressions: case, sqlite
SELECT CASE WHEN (notes.owner = ?) THEN ? ELSE ? END AS anon_1 FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns anon_1; uses notes

## expressions: in, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id IN (__[POSTCOMPILE_id_1])
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: in, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.id IN (__[POSTCOMPILE_id_1])
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: tuple in, postgresql
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AS pairs WHERE (pairs.a, pairs.b) IN (__[POSTCOMPILE_param_1])
-- asks rowgate_roles; returns a; uses pairs

## expressions: tuple in, sqlite
SELECT pairs.a FROM (SELECT pairs.a, pairs.b, pairs.role, pairs.note, pairs.odd, pairs.data, pairs.flag, pairs.kind, pairs.word, pairs.size, pairs.price, pairs.day, pairs.at, pairs.time, pairs.span, pairs.uuid FROM pairs WHERE (pairs.role IN (SELECT value FROM json_each( ?))) = 1) AS pairs WHERE (pairs.a, pairs.b) IN (__[POSTCOMPILE_param_1])
-- asks rowgate_roles; returns a; uses pairs

## expressions: like, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.body LIKE %(body_1)s::VARCHAR ESCAPE '!'
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: like, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.body LIKE ? ESCAPE '!'
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: like with a mark, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.body LIKE %(body_1)s::VARCHAR ESCAPE '%%('
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: like with a mark, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## expressions: label that is not quoted, postgresql
! Unguarded RG301: quoted_name(..., quote=False) pastes its text into SQL: leave quoting to SQLAlchemy

## expressions: label that is not quoted, sqlite
! Unguarded RG301: quoted_name(..., quote=False) pastes its text into SQL: leave quoting to SQLAlchemy

## expressions: label with a mark, postgresql
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## expressions: label with a mark, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## expressions: label with a mark of binds, postgresql
SELECT notes.id AS "%%(x)s" FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns %(x)s; uses notes

## expressions: label with a mark of binds, sqlite
! Unguarded RG301: a name or a literal holds a mark that SQLAlchemy replaces in SQL: choose another

## expressions: label, postgresql
SELECT notes.id AS "X y" FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns X y; uses notes

## expressions: label, sqlite
SELECT notes.id AS "X y" FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes
-- rowgate_c0='hidden'; asks rowgate_id; returns X y; uses notes

## expressions: bind named like ours, postgresql
! Unguarded RG301: bind parameters that begin with 'rowgate_' are the gate's: choose another name

## expressions: bind named like ours, sqlite
! Unguarded RG301: bind parameters that begin with 'rowgate_' are the gate's: choose another name

## expressions: bind named like ours by escaping, postgresql
! Unguarded RG301: bind parameters that begin with 'rowgate_' are the gate's: choose another name

## expressions: bind named like ours by escaping, sqlite
! Unguarded RG301: bind parameters that begin with 'rowgate_' are the gate's: choose another name

## expressions: bind with a bracket, postgresql
! Unguarded RG301: a bind parameter's name is pasted into SQL: name it with letters, digits and underscores

## expressions: bind with a bracket, sqlite
! Unguarded RG301: a bind parameter's name is pasted into SQL: name it with letters, digits and underscores

## expressions: literal execute, postgresql
! Unguarded RG301: literal_execute pastes the value into SQL: leave it out, so that the value is bound

## expressions: literal execute, sqlite
! Unguarded RG301: literal_execute pastes the value into SQL: leave it out, so that the value is bound

## expressions: or, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.id = %(id_1)s::INTEGER OR notes.id = %(id_2)s::INTEGER AND NOT notes.is_gone
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: or, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.id = ? OR notes.id = ? AND notes.is_gone = 0
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: null, postgresql
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.body IS NULL
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: null, sqlite
SELECT notes.id FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.body IS NULL
-- rowgate_c0='hidden'; asks rowgate_id; returns id; uses notes

## expressions: table valued function, postgresql
! Unguarded RG301: column 'n' of a function could be a call: say .render_derived()

## expressions: table valued function, a field, postgresql
! Unguarded RG301: column 'evil' of a function could be a call: say .render_derived()

## expressions: table valued function, derived, postgresql
SELECT anon_1.evil FROM json_each(notes.body) AS anon_1(evil)
-- returns evil

## expressions: field of a function, postgresql
SELECT (json_each(notes.body)).value
-- returns json_each, value

## expressions: field of a function that could be a call, postgresql
! Unguarded RG301: field 'evil' of a function could be a call: use table_valued().render_derived()

## writes: update that says it is another table's, postgresql
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: update that says it is another table's, sqlite
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: delete that says it is another table's, postgresql
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: delete that says it is another table's, sqlite
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: insert that says it is another table's, postgresql
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: insert that says it is another table's, sqlite
! Unguarded RG301: the write of free has become one of notes: write the model

## writes: soft delete, postgresql
UPDATE notes SET is_gone=%(is_gone)s WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: soft delete, sqlite
UPDATE notes SET is_gone=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update of a schema's, returning a conditional mask, postgresql
UPDATE archive.ledgers SET owner=%(owner)s::INTEGER WHERE ((true) AND (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner))) RETURNING CASE WHEN CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner)) THEN 1 ELSE CAST('rowgate:RG201:archive.ledgers' || left(archive.ledgers.ctid::text, 0) AS integer) END = 1 THEN CASE WHEN archive.ledgers.owner = %(rowgate_id)s::INTEGER THEN archive.ledgers.secret ELSE CAST(NULL AS VARCHAR) END END AS secret, archive.ledgers.id
-- guards; asks rowgate_id; returns secret, id; uses archive.ledgers; uses folders

## writes: update of a schema's, returning a conditional mask, sqlite
UPDATE archive.ledgers SET owner=? WHERE ((1) AND (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner))) = 1 RETURNING CASE WHEN CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = (SELECT ledgers.owner))) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN CASE WHEN ledgers.owner = ? THEN secret ELSE NULL END END AS secret, id
-- guards; asks rowgate_id; returns secret, id; uses archive.ledgers; uses folders

## writes: insert by a check that asks a namesake, postgresql
INSERT INTO leaves (sheet_id) VALUES (%(sheet_id)s::INTEGER) RETURNING CASE WHEN CASE WHEN (EXISTS (SELECT 1 FROM archive.sheets WHERE archive.sheets.id = leaves.sheet_id AND (EXISTS (SELECT sheets.id FROM sheets WHERE sheets.id = archive.sheets.id)))) THEN 1 ELSE CAST('rowgate:RG201:leaves' || left(leaves.ctid::text, 0) AS integer) END = 1 THEN leaves.id END AS id
-- guards; returns id; uses archive.sheets; uses leaves; uses sheets

## writes: insert by a check that asks a namesake, sqlite
INSERT INTO leaves (sheet_id) VALUES (?) RETURNING CASE WHEN (EXISTS (SELECT 1 FROM archive.sheets WHERE archive.sheets.id = (SELECT leaves.sheet_id) AND (EXISTS (SELECT sheets.id FROM sheets WHERE sheets.id = archive.sheets.id))) = 1) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; returns ; uses archive.sheets; uses leaves; uses sheets

## writes: update by a cte of its name, nothing of it read, postgresql
! Unguarded RG301: 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn' is the written table's own name: name what stands beside it otherwise

## writes: update by a cte of its name, nothing of it read, sqlite
! Unguarded RG301: 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn' is the written table's own name: name what stands beside it otherwise

## writes: update of a schema's by a union that names it, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE (archive.notes.id IN (SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE folders.owner = archive.notes.owner UNION SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE folders.id = %(id_1)s::INTEGER)) AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses archive.notes; uses folders

## writes: update of a schema's by a union that names it, sqlite
UPDATE archive.notes SET body=? WHERE (archive.notes.id IN (SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE folders.owner = archive.notes.owner UNION SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE folders.id = ?)) AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses archive.notes; uses folders

## writes: update by what is masked of it, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE (notes.body IN (SELECT CAST(NULL AS VARCHAR) FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes)) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by what is masked of it, sqlite
UPDATE notes SET body=? WHERE (notes.body IN (SELECT NULL FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes)) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by values, returning theirs, postgresql
UPDATE notes SET body=%(body)s::VARCHAR FROM (VALUES (%(param_1)s::INTEGER)) AS v (secret) WHERE notes.id = v.secret AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, v.secret
-- guards; asks rowgate_id; returns id, secret; uses notes

## writes: update by values, returning theirs, sqlite
! Unguarded RG301: column 'secret' would be read as the written table's own: name another alias

## writes: update by a label of its key's name, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE (notes.owner = %(key)s::INTEGER) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update by a label of its key's name, sqlite
UPDATE notes SET body=? WHERE (notes.owner = ?) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: delete of a key by a bind like a masked column, postgresql
DELETE FROM notes WHERE notes.id = %(secret)s::INTEGER AND CASE WHEN notes.id = %(secret)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: delete of a key by a bind like a masked column, sqlite
DELETE FROM notes WHERE notes.id = ? AND CASE WHEN notes.id = ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: insert, postgresql
INSERT INTO notes (folder_id, owner, body, is_gone) VALUES (%(folder_id)s::INTEGER, %(owner)s::INTEGER, %(body)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## writes: insert, sqlite
INSERT INTO notes (folder_id, owner, body, is_gone) VALUES (?, ?, ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert into a Table, postgresql
INSERT INTO notes (folder_id, owner, is_gone) VALUES (%(folder_id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## writes: insert into a Table, sqlite
INSERT INTO notes (folder_id, owner, is_gone) VALUES (?, ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert, returning, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, notes.body
-- guards; asks rowgate_id; returns id, body; uses notes

## writes: insert, returning, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, body
-- guards; asks rowgate_id; returns id, body; uses notes

## writes: insert, returning masked, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN CAST(NULL AS VARCHAR) END AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.id
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns secret, phone, id; uses notes

## writes: insert, returning masked, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN NULL END AS secret, CASE WHEN notes.owner = ? THEN phone ELSE ? END AS phone, id
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns secret, phone, id; uses notes

## writes: insert, returning a label, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.body END AS b
-- guards; asks rowgate_id; returns b; uses notes

## writes: insert, returning a label, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN body END AS b
-- guards; asks rowgate_id; returns b; uses notes

## writes: insert, returning an expression, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN lower(notes.body) END AS lower_1
-- guards; asks rowgate_id; returns lower_1; uses notes

## writes: insert, returning an expression, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN lower(body) END AS lower_1
-- guards; asks rowgate_id; returns lower_1; uses notes

## writes: insert, returning a literal, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN %(param_1)s::INTEGER END AS anon_1
-- guards; asks rowgate_id; returns anon_1; uses notes

## writes: insert, returning a literal, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN ? END AS anon_1
-- guards; asks rowgate_id; returns anon_1; uses notes

## writes: insert, returning the entity, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, folder_id, owner, body, secret, phone, is_gone; uses notes

## writes: insert, returning the entity, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, folder_id, owner, body, NULL AS secret, CASE WHEN notes.owner = ? THEN phone ELSE ? END AS phone, is_gone
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, folder_id, owner, body, secret, phone, is_gone; uses notes

## writes: insert of a masked column, postgresql
INSERT INTO notes (owner, secret, is_gone) VALUES (%(owner)s::INTEGER, %(secret)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.secret IS NULL) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## writes: insert of a masked column, sqlite
INSERT INTO notes (owner, secret, is_gone) VALUES (?, ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.secret) IS NULL) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert of a masked column that may be, postgresql
INSERT INTO notes (owner, phone, is_gone) VALUES (%(owner)s::INTEGER, %(phone)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND (notes.phone IS NULL OR notes.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## writes: insert of a masked column that may be, sqlite
INSERT INTO notes (owner, phone, is_gone) VALUES (?, ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ? AND ((SELECT notes.phone) IS NULL OR (SELECT notes.owner) = ?)) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert of many, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner_m0)s::INTEGER, %(is_gone)s), (%(owner_m1)s::INTEGER, %(is_gone_m1)s) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## writes: insert of many, sqlite
INSERT INTO notes (owner, is_gone) VALUES (?, ?), (?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert by many sets, postgresql
INSERT INTO notes (owner, body, is_gone) VALUES (%(owner)s::INTEGER, %(body)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## writes: insert by many sets, sqlite
INSERT INTO notes (owner, body, is_gone) VALUES (?, ?, ?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: insert by a select, postgresql
INSERT INTO notes (owner, body, is_gone) SELECT folders.owner, folders.id, %(is_gone)s AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes

## writes: insert by a select, sqlite
INSERT INTO notes (owner, body, is_gone) SELECT folders.owner, folders.id, ? AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses folders; uses notes

## writes: insert of what counts itself, postgresql
INSERT INTO stamps (id, owner, seen) VALUES (nextval('stamps_seq'), %(owner)s::INTEGER, %(seen)s::INTEGER) RETURNING CASE WHEN CASE WHEN (stamps.seen < %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:stamps' || left(stamps.ctid::text, 0) AS integer) END = 1 THEN stamps.id END AS id
-- guards; rowgate_c0=9; returns id; uses stamps

## writes: insert of what counts itself, sqlite
INSERT INTO stamps (owner, seen) VALUES (?, ?) RETURNING CASE WHEN ((SELECT stamps.seen) < ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; rowgate_c0=9; returns ; uses stamps

## writes: insert into what is open, postgresql
INSERT INTO words (word) VALUES (%(word)s::VARCHAR) RETURNING CASE WHEN CASE WHEN (false) THEN 1 ELSE CAST('rowgate:RG201:words' || left(words.ctid::text, 0) AS integer) END = 1 THEN words.id END AS id
-- guards; returns id; uses words

## writes: insert into what is open, sqlite
INSERT INTO words (word) VALUES (?) RETURNING CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; returns ; uses words

## writes: insert where nobody may, postgresql
INSERT INTO sealed (id) VALUES (%(id)s::INTEGER) RETURNING CASE WHEN (false) THEN 1 ELSE CAST('rowgate:RG201:sealed' || left(sealed.ctid::text, 0) AS integer) END
-- guards; drains; returns ; uses sealed

## writes: insert where nobody may, sqlite
INSERT INTO sealed (id) VALUES (?) RETURNING CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; returns ; uses sealed

## writes: insert into a schema, postgresql
INSERT INTO archive.notes (owner) VALUES (%(owner)s::INTEGER) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN CAST(NULL AS VARCHAR) END AS secret, archive.notes.id
-- guards; asks rowgate_id; returns secret, id; uses archive.notes

## writes: insert into a schema, sqlite
INSERT INTO archive.notes (owner) VALUES (?) RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN NULL END AS secret, id
-- guards; asks rowgate_id; returns secret, id; uses archive.notes

## writes: insert of an unknown column, postgresql
! Unguarded RG301: notes is written through a Table that is not the model's own: write the model

## writes: insert of an unknown column, sqlite
! Unguarded RG301: notes is written through a Table that is not the model's own: write the model

## writes: insert into a table by name, postgresql
INSERT INTO notes (body) VALUES (%(body)s) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## writes: insert into a table by name, sqlite
INSERT INTO notes (body) VALUES (?) RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## writes: update, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update, admin, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((NOT notes.is_gone) AND (NOT notes.is_gone))
-- returns ; uses notes

## writes: update, admin, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.is_gone = 0) AND (notes.is_gone = 0)) = 1
-- returns ; uses notes

## writes: update, editor, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone))
-- rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update, editor, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND (((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0)) = 1
-- rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update of another column, editor, postgresql
UPDATE notes SET owner=%(owner)s::INTEGER, body=%(body)s::VARCHAR WHERE (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER) OR CAST(notes.owner AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(owner)s::INTEGER AS TEXT))) RETURNING CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER))) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update of another column, editor, sqlite
UPDATE notes SET owner=?, body=? WHERE (((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ?) OR (typeof(notes.owner) = typeof(?) AND notes.owner COLLATE BINARY IS ?))) = 1 RETURNING CASE WHEN (((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?)) AND ((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?))) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update by an expression, editor, postgresql
UPDATE notes SET owner=(notes.owner + %(owner_1)s::INTEGER) WHERE (((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER))) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update by an expression, editor, sqlite
UPDATE notes SET owner=(notes.owner + ?) WHERE (((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND (notes.owner = ?)) = 1 RETURNING CASE WHEN (((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?)) AND ((SELECT notes.owner) = ? OR (SELECT notes.folder_id) IN ( ?, ?))) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update of types, editor, postgresql
UPDATE pairs SET role=%(role)s::VARCHAR, note=%(note)s::VARCHAR WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND ((pairs.a = %(rowgate_attr_a_)s::INTEGER) OR CAST(pairs.role AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(role)s::VARCHAR AS TEXT))) RETURNING CASE WHEN ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN 1 ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## writes: update of types, editor, sqlite
UPDATE pairs SET role=?, note=? WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND ((pairs.a = ?) OR (typeof(pairs.role) = typeof(?) AND pairs.role COLLATE BINARY IS ?))) = 1 RETURNING CASE WHEN (((SELECT pairs.role) IN (SELECT value FROM json_each( ?))) = 1) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## writes: update, nobody, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((false) AND (false))
-- returns ; uses notes

## writes: update, nobody, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((0) AND (0)) = 1
-- returns ; uses notes

## writes: update of a masked column, postgresql
! AccessDenied RG201: a masked column of notes may not be written

## writes: update of a masked column, sqlite
! AccessDenied RG201: a masked column of notes may not be written

## writes: update of a masked column that may be, postgresql
UPDATE notes SET phone=%(phone)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER))
-- asks rowgate_id; returns ; uses notes

## writes: update of a masked column that may be, sqlite
UPDATE notes SET phone=? WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ?)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update by a masked column, postgresql
UPDATE notes SET body=CAST(NULL AS VARCHAR) WHERE CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END = %(phone_1)s::VARCHAR AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by a masked column, sqlite
UPDATE notes SET body=NULL WHERE CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update, returning, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, CAST(NULL AS VARCHAR) AS secret
-- guards; asks rowgate_id; returns id, secret; uses notes

## writes: update, returning, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id, NULL AS secret
-- guards; asks rowgate_id; returns id, secret; uses notes

## writes: update from, postgresql
UPDATE notes SET body=%(body)s::VARCHAR FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE notes.folder_id = folders.id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses folders; uses notes

## writes: update from, sqlite
UPDATE notes SET body=? FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE notes.folder_id = folders.id AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses folders; uses notes

## writes: update from its alias, postgresql
UPDATE notes SET body=other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other WHERE notes.id = other.id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update from its alias, sqlite
UPDATE notes SET body=other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other WHERE notes.id = other.id AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update from its namesake, postgresql
UPDATE notes SET body="archive.notes".body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, CAST(NULL AS VARCHAR) AS secret FROM archive.notes WHERE archive.notes.owner = %(rowgate_id)s::INTEGER) AS "archive.notes" WHERE notes.id = "archive.notes".id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses archive.notes; uses notes

## writes: update from its namesake, sqlite
UPDATE notes SET body="archive.notes".body FROM (SELECT archive.notes.id, archive.notes.owner, archive.notes.body, NULL AS secret FROM archive.notes WHERE archive.notes.owner = ?) AS "archive.notes" WHERE notes.id = "archive.notes".id AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses archive.notes; uses notes

## writes: update of a schema's from its namesake, postgresql
UPDATE archive.notes SET body=".notes".body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS ".notes" WHERE ".notes".id = archive.notes.id AND ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses archive.notes; uses notes

## writes: update of a schema's from its namesake, sqlite
UPDATE archive.notes SET body=".notes".body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS ".notes" WHERE ".notes".id = archive.notes.id AND ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses archive.notes; uses notes

## writes: update of a schema's, postgresql
UPDATE archive.notes SET body=%(body)s::VARCHAR WHERE ((archive.notes.owner = %(rowgate_id)s::INTEGER) AND (archive.notes.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN CAST(NULL AS VARCHAR) END AS secret
-- guards; asks rowgate_id; returns secret; uses archive.notes

## writes: update of a schema's, sqlite
UPDATE archive.notes SET body=? WHERE ((archive.notes.owner = ?) AND (archive.notes.owner = ?)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN NULL END AS secret
-- guards; asks rowgate_id; returns secret; uses archive.notes

## writes: update with a sub-select of itself, postgresql
UPDATE notes SET body=(SELECT other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS other WHERE other.id = notes.id) WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update with a sub-select of itself, sqlite
UPDATE notes SET body=(SELECT other.body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS other WHERE other.id = notes.id) WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by a cte, postgresql
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, CAST(NULL AS VARCHAR) AS secret, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.is_gone FROM notes WHERE notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AS notes WHERE notes.owner = %(owner_1)s::INTEGER) UPDATE notes SET body=%(body)s::VARCHAR WHERE (notes.id IN (SELECT c.id FROM c)) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by a cte, sqlite
WITH c AS (SELECT notes.id AS id, notes.body AS body FROM (SELECT notes.id, notes.folder_id, notes.owner, notes.body, NULL AS secret, CASE WHEN notes.owner = ? THEN notes.phone ELSE ? END AS phone, notes.is_gone FROM notes WHERE notes.owner = ? AND notes.is_gone = 0) AS notes WHERE notes.owner = ?) UPDATE notes SET body=? WHERE (notes.id IN (SELECT c.id FROM c)) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- rowgate_c0='hidden'; asks rowgate_id; returns ; uses notes

## writes: update by a cte of its name, postgresql
! Unguarded RG301: column 'id' would be read as the written table's own: name another alias

## writes: update by a cte of its name, sqlite
! Unguarded RG301: column 'id' would be read as the written table's own: name another alias

## writes: update from an alias of its name, postgresql
! Unguarded RG301: 'notes' is the written table's own name: name what stands beside it otherwise

## writes: update from an alias of its name, sqlite
! Unguarded RG301: 'notes' is the written table's own name: name what stands beside it otherwise

## writes: update from an alias like OLD, postgresql
! Unguarded RG301: OLD in a write may mean the written row, unmasked: name the alias otherwise

## writes: update from an alias like OLD, sqlite
! Unguarded RG301: OLD in a write may mean the written row, unmasked: name the alias otherwise

## writes: update of an alias, postgresql
! Unguarded RG301: a write names its table itself, no alias and no join: update(Document), insert(Document)

## writes: update of an alias, sqlite
! Unguarded RG301: a write names its table itself, no alias and no join: update(Document), insert(Document)

## writes: update of a join, postgresql
! Unguarded RG301: a write names its table itself, no alias and no join: update(Document), insert(Document)

## writes: update of a join, sqlite
! Unguarded RG301: a write names its table itself, no alias and no join: update(Document), insert(Document)

## writes: update with a hint, postgresql
! Unguarded RG301: hints are text: leave them out

## writes: update with a hint, sqlite
! Unguarded RG301: hints are text: leave them out

## writes: update of a column without its table, postgresql
! Unguarded RG301: column 'secret' in a write belongs to no table: take it from the table

## writes: update of a column without its table, sqlite
! Unguarded RG301: column 'secret' in a write belongs to no table: take it from the table

## writes: update with a star, postgresql
! Unguarded RG301: a star in a write would return masked columns: name the columns

## writes: update with a star, sqlite
! Unguarded RG301: a star in a write would return masked columns: name the columns

## writes: update with a whole row, postgresql
! Unguarded RG301: a whole row in a write would return masked columns: name the columns

## writes: update by values, postgresql
UPDATE notes SET body=%(body)s::VARCHAR FROM (VALUES (%(param_1)s::INTEGER)) AS v (a) WHERE notes.id = v.a AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update of a key, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of a key, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND CASE WHEN notes.id = ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of a key, admin, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (NOT notes.is_gone) THEN CASE WHEN (NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; returns ; uses notes

## writes: update of a key, admin, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND CASE WHEN notes.id = ? AND (notes.is_gone = 0) THEN CASE WHEN (notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; returns ; uses notes

## writes: update of a key, editor, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone) THEN CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update of a key, editor, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND CASE WHEN notes.id = ? AND ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) THEN CASE WHEN ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## writes: update of a key of two, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))
-- asks rowgate_roles; returns ; uses pairs

## writes: update of a key of two, sqlite
UPDATE pairs SET note=? WHERE pairs.a = ? AND pairs.b = ? AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) = 1
-- asks rowgate_roles; returns ; uses pairs

## writes: update of half a key, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE pairs.a = %(k1)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))
-- asks rowgate_roles; returns ; uses pairs

## writes: update of half a key, sqlite
UPDATE pairs SET note=? WHERE pairs.a = ? AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) = 1
-- asks rowgate_roles; returns ; uses pairs

## writes: update of a key and more, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND notes.owner = %(was)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND notes.owner = %(was)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of a key and more, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND notes.owner = ? AND CASE WHEN notes.id = ? AND notes.owner = ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of a key and a condition, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND notes.owner > %(owner_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update of a key and a condition, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND notes.owner > ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update of a key by a value, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update of a key by a value, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update of keys, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of keys, sqlite
UPDATE notes SET body=? WHERE notes.id = ? AND CASE WHEN notes.id = ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of many by a condition, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.owner > %(key)s::INTEGER AND CASE WHEN notes.owner > %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of many by a condition, sqlite
UPDATE notes SET body=? WHERE notes.owner > ? AND CASE WHEN notes.owner > ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: update of what changes by itself, postgresql
UPDATE stamps SET seen=%(seen)s::INTEGER, kind=%(kind)s WHERE ((stamps.owner = %(rowgate_id)s::INTEGER) AND (stamps.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (stamps.seen < %(rowgate_c0)s::INTEGER AND stamps.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:stamps' || left(stamps.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=9; asks rowgate_id; returns ; uses stamps

## writes: update of what changes by itself, sqlite
UPDATE stamps SET seen=?, kind=? WHERE ((stamps.owner = ?) AND (stamps.owner = ?)) = 1 RETURNING CASE WHEN ((SELECT stamps.seen) < ? AND (SELECT stamps.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=9; asks rowgate_id; returns ; uses stamps

## writes: update of what changes by itself, returning, postgresql
UPDATE stamps SET owner=%(owner)s::INTEGER, seen=%(seen)s::INTEGER WHERE ((stamps.owner = %(rowgate_id)s::INTEGER) AND (stamps.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN CASE WHEN (stamps.seen < %(rowgate_c0)s::INTEGER AND stamps.owner = %(rowgate_id)s::INTEGER AND stamps.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:stamps' || left(stamps.ctid::text, 0) AS integer) END = 1 THEN stamps.double END AS double
-- guards; rowgate_c0=9; asks rowgate_id; returns double; uses stamps

## writes: update of what changes by itself, returning, sqlite
UPDATE stamps SET owner=?, seen=? WHERE ((stamps.owner = ?) AND (stamps.owner = ?)) = 1 RETURNING CASE WHEN CASE WHEN ((SELECT stamps.seen) < ? AND (SELECT stamps.owner) = ? AND (SELECT stamps.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN double END AS double
-- guards; rowgate_c0=9; asks rowgate_id; returns double; uses stamps

## writes: update behind a barrier, postgresql
UPDATE vaults SET owner=%(owner)s::INTEGER WHERE CASE WHEN ((vaults.owner = %(rowgate_id)s::INTEGER) AND (vaults.owner = %(rowgate_id)s::INTEGER)) THEN vaults.id > %(id_1)s::INTEGER AND (CAST(%(rowgate_c0)s::DATE AS DATE) IS NULL) ELSE false END RETURNING CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, sqlite
UPDATE vaults SET owner=? WHERE CASE WHEN ((vaults.owner = ?) AND (vaults.owner = ?)) THEN vaults.id > ? AND ( ? IS NULL) ELSE 0 END = 1 RETURNING CASE WHEN ((SELECT vaults.owner) = ? AND (SELECT vaults.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; rowgate_c0=datetime.date(2000, 1, 1); asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, all, postgresql
UPDATE vaults SET owner=%(owner)s::INTEGER WHERE ((vaults.owner = %(rowgate_id)s::INTEGER) AND (vaults.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, all, sqlite
UPDATE vaults SET owner=? WHERE ((vaults.owner = ?) AND (vaults.owner = ?)) = 1 RETURNING CASE WHEN ((SELECT vaults.owner) = ? AND (SELECT vaults.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, of a key, postgresql
UPDATE vaults SET owner=%(owner)s::INTEGER WHERE vaults.id = %(key)s::INTEGER AND CASE WHEN vaults.id = %(key)s::INTEGER AND (vaults.owner = %(rowgate_id)s::INTEGER) THEN CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) = 0 END ELSE false END RETURNING CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, of a key, sqlite
UPDATE vaults SET owner=? WHERE vaults.id = ? AND CASE WHEN vaults.id = ? AND (vaults.owner = ?) THEN CASE WHEN (vaults.owner = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1 RETURNING CASE WHEN ((SELECT vaults.owner) = ? AND (SELECT vaults.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses vaults

## writes: update behind a barrier, from, postgresql
UPDATE vaults SET owner=%(owner)s::INTEGER FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE CASE WHEN ((vaults.owner = %(rowgate_id)s::INTEGER) AND (vaults.owner = %(rowgate_id)s::INTEGER)) THEN vaults.id = folders.id ELSE false END RETURNING CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses vaults

## writes: update behind a barrier, from, sqlite
UPDATE vaults SET owner=? FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open = 1 OR folders.owner = ?) AS folders WHERE CASE WHEN ((vaults.owner = ?) AND (vaults.owner = ?)) THEN vaults.id = folders.id ELSE 0 END = 1 RETURNING CASE WHEN ((SELECT vaults.owner) = ? AND (SELECT vaults.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses vaults

## writes: delete, postgresql
DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: delete, sqlite
DELETE FROM notes WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: delete, reader, postgresql
DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND (((EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) OR notes.owner = %(rowgate_id)s::INTEGER) AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses folders; uses notes

## writes: delete, reader, sqlite
DELETE FROM notes WHERE notes.id = ? AND (((EXISTS (SELECT 1 FROM folders WHERE folders.id = notes.folder_id AND (folders.is_open = 1 OR folders.owner = ?)) = 1 OR notes.owner = ?) AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses folders; uses notes

## writes: delete, admin, postgresql
DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((NOT notes.is_gone) AND (NOT notes.is_gone))
-- returns ; uses notes

## writes: delete, admin, sqlite
DELETE FROM notes WHERE notes.id = ? AND ((notes.is_gone = 0) AND (notes.is_gone = 0)) = 1
-- returns ; uses notes

## writes: delete, editor, postgresql
DELETE FROM pairs WHERE (((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) AND (pairs.b = %(rowgate_c0)s::INTEGER))
-- rowgate_c0=7; asks rowgate_roles; returns ; uses pairs

## writes: delete, editor, sqlite
DELETE FROM pairs WHERE (((pairs.role IN (SELECT value FROM json_each( ?))) = 1) AND (pairs.b = ?)) = 1
-- rowgate_c0=7; asks rowgate_roles; returns ; uses pairs

## writes: delete, returning, postgresql
DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone, notes.id
-- rowgate_c0='hidden'; asks rowgate_id; returns phone, id; uses notes

## writes: delete, returning, sqlite
DELETE FROM notes WHERE notes.id = ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1 RETURNING CASE WHEN notes.owner = ? THEN phone ELSE ? END AS phone, id
-- rowgate_c0='hidden'; asks rowgate_id; returns phone, id; uses notes

## writes: delete using, postgresql
DELETE FROM notes USING (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders WHERE notes.folder_id = folders.id AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses folders; uses notes

## writes: delete of a key, postgresql
DELETE FROM notes WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks rowgate_id; returns ; uses notes

## writes: delete of a key, sqlite
DELETE FROM notes WHERE notes.id = ? AND CASE WHEN notes.id = ? AND (notes.owner = ? AND notes.is_gone = 0) THEN CASE WHEN (notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; asks rowgate_id; returns ; uses notes

## writes: delete of a key, editor, postgresql
DELETE FROM pairs WHERE pairs.a = %(x)s::INTEGER AND pairs.b = %(y)s::INTEGER AND CASE WHEN pairs.a = %(x)s::INTEGER AND pairs.b = %(y)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN CASE WHEN (pairs.b = %(rowgate_c0)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; rowgate_c0=7; asks rowgate_roles; returns ; uses pairs

## writes: delete of a key, editor, sqlite
DELETE FROM pairs WHERE pairs.a = ? AND pairs.b = ? AND CASE WHEN pairs.a = ? AND pairs.b = ? AND ((pairs.role IN (SELECT value FROM json_each( ?))) = 1) THEN CASE WHEN (pairs.b = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END ELSE 0 END = 1
-- guards; rowgate_c0=7; asks rowgate_roles; returns ; uses pairs

## writes: delete behind a barrier, postgresql
DELETE FROM vaults WHERE CASE WHEN ((vaults.owner = %(rowgate_id)s::INTEGER) AND (vaults.owner = %(rowgate_id)s::INTEGER)) THEN vaults.id > %(id_1)s::INTEGER ELSE false END
-- asks rowgate_id; returns ; uses vaults

## writes: delete behind a barrier, sqlite
DELETE FROM vaults WHERE CASE WHEN ((vaults.owner = ?) AND (vaults.owner = ?)) THEN vaults.id > ? ELSE 0 END = 1
-- asks rowgate_id; returns ; uses vaults

## writes: write in a cte, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id, CASE WHEN notes.owner = %(rowgate_id)s::INTEGER THEN notes.phone ELSE CAST(%(rowgate_c0)s::VARCHAR AS VARCHAR) END AS phone) SELECT c.id, c.phone FROM c
-- guards; rowgate_c0='hidden'; asks rowgate_id; returns id, phone; uses notes

## writes: write in a cte, sqlite
! Unguarded RG301: SQLite has no writes in CTEs: execute the write by itself

## writes: write in a cte, without returning, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))) SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- asks rowgate_id; returns id; uses folders; uses notes

## writes: write in a cte, without returning, sqlite
! Unguarded RG301: SQLite has no writes in CTEs: execute the write by itself

## writes: insert in a cte, postgresql
WITH c AS (INSERT INTO notes (owner, body, is_gone) VALUES (%(param_1)s::INTEGER, %(param_2)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; asks rowgate_id; returns id; uses notes

## writes: insert in a cte, sqlite
! Unguarded RG301: SQLite has no writes in CTEs: execute the write by itself

## writes: delete in a cte, postgresql
WITH c AS (DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING notes.id) SELECT c.id FROM c
-- asks rowgate_id; returns id; uses notes

## writes: delete in a cte, sqlite
! Unguarded RG301: SQLite has no writes in CTEs: execute the write by itself

## writes: write in a cte of a write, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.folder_id END AS folder_id) UPDATE folders SET is_open=%(is_open)s WHERE (folders.id IN (SELECT c.folder_id FROM c)) AND ((folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND (folders.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (folders.owner = %(rowgate_id)s::INTEGER AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:folders' || left(folders.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes

## writes: write in a cte of a write, sqlite
! Unguarded RG301: SQLite has no writes in CTEs: execute the write by itself

## writes: write by a cte that writes, and a star below it, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.folder_id END AS folder_id) UPDATE folders SET is_open=%(is_open)s WHERE (folders.id IN (SELECT c.folder_id FROM c)) AND (EXISTS (SELECT * FROM words)) AND ((folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AND (folders.owner = %(rowgate_id)s::INTEGER)) RETURNING CASE WHEN (folders.owner = %(rowgate_id)s::INTEGER AND (folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER)) THEN 1 ELSE CAST('rowgate:RG201:folders' || left(folders.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses folders; uses notes; uses words

## writes: write of a masked parameter by a cte that writes, postgresql
! AccessDenied RG201: a masked column of notes may not be written

## writes: write that first returns what a cte has written, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN (SELECT count(*) AS count_1 FROM c) END AS anon_1, notes.id
-- guards; asks rowgate_id; returns anon_1, id; uses notes

## writes: write that first returns what a cte has deleted, postgresql
WITH c AS (DELETE FROM notes WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING notes.id) INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN (SELECT count(*) AS count_1 FROM c) END AS anon_1, notes.id
-- guards; asks rowgate_id; returns anon_1, id; uses notes

## writes: write in a cte beside a parameter like a masked column, postgresql
WITH c AS (UPDATE notes SET body=%(param_1)s::VARCHAR WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c WHERE %(param_2)s::INTEGER = %(secret)s::INTEGER
-- guards; asks rowgate_id; returns id; uses notes

## writes: update between two numbers, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE notes.id <= %(id_1)s::INTEGER AND notes.owner >= %(owner_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update between two numbers, sqlite
UPDATE notes SET body=? WHERE notes.id <= ? AND notes.owner >= ? AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update where it is true, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update where it is true, sqlite
UPDATE notes SET body=? WHERE ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: update where it is false, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE false
-- returns ; uses notes

## writes: update where it is false, sqlite
UPDATE notes SET body=? WHERE 0 = 1
-- returns ; uses notes

## writes: update where brackets are, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE (notes.id = %(id_1)s::INTEGER OR notes.id = %(id_2)s::INTEGER) AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## writes: update where brackets are, sqlite
UPDATE notes SET body=? WHERE (notes.id = ? OR notes.id = ?) AND ((notes.owner = ? AND notes.is_gone = 0) AND (notes.owner = ? AND notes.is_gone = 0)) = 1
-- asks rowgate_id; returns ; uses notes

## writes: sequence of another, postgresql
! Unguarded RG301: next_value_func is refused: let a column default draw from the sequence

## writes: sequence of another, sqlite
! Unguarded RG301: next_value_func is refused: let a column default draw from the sequence

## upserts: where the index has a number, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) WHERE owner = %(owner_1)s::INTEGER DO NOTHING RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: where the index has a number, sqlite
! Unguarded RG301: literal_execute pastes the value into SQL: leave it out, so that the value is bound

## upserts: where the index has a word, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) WHERE body = %(body_1)s::VARCHAR DO NOTHING RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: where the index has a word, sqlite
INSERT INTO notes (id, owner, is_gone) VALUES (?, ?, ?) ON CONFLICT (id) WHERE body = __[POSTCOMPILE_body_1] DO NOTHING RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: by a check that asks another table, of a schema's, postgresql
INSERT INTO archive.ledgers (id, owner) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner)) AND (SELECT (EXISTS (SELECT folders.id FROM folders WHERE folders.id = ledgers.owner)) FROM (SELECT archive.ledgers.id AS id, CAST(%(param_1)s::INTEGER AS INTEGER) AS owner, archive.ledgers.secret AS secret) AS ledgers) THEN true ELSE CAST('rowgate:RG201:archive.ledgers' || left(archive.ledgers.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner)) THEN 1 ELSE CAST('rowgate:RG201:archive.ledgers' || left(archive.ledgers.ctid::text, 0) AS integer) END
-- guards; drains; returns ; uses archive.ledgers; uses folders

## upserts: by a check that asks another table, of a schema's, sqlite
INSERT INTO archive.ledgers (id, owner) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = archive.ledgers.owner)) AND (SELECT (EXISTS (SELECT folders.id FROM folders WHERE folders.id = ledgers.owner)) FROM (SELECT archive.ledgers.id AS id, ? AS owner, archive.ledgers.secret AS secret) AS ledgers) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN (EXISTS (SELECT folders.id FROM folders WHERE folders.id = (SELECT ledgers.owner))) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; returns ; uses archive.ledgers; uses folders

## upserts: by a check that reads other rows, postgresql
INSERT INTO pointers (id, at) VALUES (%(id)s::INTEGER, %(at)s::INTEGER) ON CONFLICT (id) DO UPDATE SET at = %(param_1)s::INTEGER WHERE CASE WHEN ((EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER)) AND (EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at))) AND (SELECT ((EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at)) AND (EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = %(rowgate_id)s::INTEGER))) FROM (SELECT pointers.id AS id, CAST(%(param_1)s::INTEGER AS INTEGER) AS at) AS pointers) THEN true ELSE CAST('rowgate:RG201:pointers' || left(pointers.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (false) THEN 1 ELSE CAST('rowgate:RG201:pointers' || left(pointers.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses archive.notes; uses archive.stored; uses pointers

## upserts: by a check that reads other rows, sqlite
INSERT INTO pointers (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = ? WHERE CASE WHEN ((EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = ?)) AND (EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at))) AND (SELECT ((EXISTS (SELECT s.id FROM archive.stored AS s WHERE s.id = pointers.at)) AND (EXISTS (SELECT * FROM archive.notes AS "archive.notes" WHERE "archive.notes".id = pointers.at AND "archive.notes".owner = ?))) FROM (SELECT pointers.id AS id, ? AS at) AS pointers) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses archive.notes; uses archive.stored; uses pointers

## upserts: by a check that reads no column, postgresql
INSERT INTO gauges (id, size) VALUES (%(id)s::INTEGER, %(size)s::INTEGER) ON CONFLICT (id) DO UPDATE SET size = %(param_1)s::INTEGER WHERE CASE WHEN (gauges.id > %(rowgate_c0)s::INTEGER) AND (SELECT (%(rowgate_attr_a_)s::INTEGER > %(rowgate_c1)s::INTEGER) FROM (SELECT gauges.id AS id) AS gauges) THEN true ELSE CAST('rowgate:RG201:gauges' || left(gauges.ctid::text, 0) AS integer) = 0 END
-- guards; rowgate_c0=1; rowgate_c1=3; asks rowgate_attr_a_; returns ; uses gauges

## upserts: by a check that reads no column, sqlite
INSERT INTO gauges (id, size) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET size = ? WHERE CASE WHEN (gauges.id > ?) AND (SELECT ( ? > ?) FROM (SELECT gauges.id AS id) AS gauges) THEN 1 ELSE abs(-9223372036854775808) = 0 END
-- guards; rowgate_c0=1; rowgate_c1=3; asks rowgate_attr_a_; returns ; uses gauges

## upserts: by a check that everything passes, postgresql
INSERT INTO given (id, owner) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET owner = random() WHERE CASE WHEN (given.word IS NULL AND given.owner = %(rowgate_id)s::INTEGER AND given.word IS NULL) AND true THEN true ELSE CAST('rowgate:RG201:given' || left(given.ctid::text, 0) AS integer) = 0 END
-- guards; asks rowgate_id; returns ; uses given

## upserts: by a check that everything passes, sqlite
INSERT INTO given (id, owner) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = random() WHERE CASE WHEN (given.word IS NULL AND given.owner = ? AND given.word IS NULL) AND 1 THEN 1 ELSE abs(-9223372036854775808) = 0 END
-- guards; asks rowgate_id; returns ; uses given

## upserts: upsert, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert, sqlite
INSERT INTO notes (id, owner, is_gone) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of what is excluded, postgresql
INSERT INTO notes (id, owner, body, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(body)s::VARCHAR, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, body = excluded.body WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(excluded.owner AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert of what is excluded, sqlite
INSERT INTO notes (id, owner, body, is_gone) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, body = excluded.body WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT excluded.owner AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of what a check reads, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER, body = %(param_2)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert of what a check reads, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ?, body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert, editor, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER) OR CAST(notes.owner AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(param_1)s::INTEGER AS TEXT)) AND (SELECT ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER))) FROM (SELECT notes.folder_id AS folder_id, CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## upserts: upsert, editor, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0 AND (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ?) OR (typeof(notes.owner) = typeof(?) AND notes.owner COLLATE BINARY IS ?)) AND (SELECT ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND (notes.owner = ? OR notes.folder_id IN ( ?, ?))) FROM (SELECT notes.folder_id AS folder_id, ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## upserts: upsert to nothing, editor, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER)) AND NOT notes.is_gone AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND NOT notes.is_gone) AND ((notes.owner = %(rowgate_id)s::INTEGER) OR CAST(notes.owner AS TEXT) COLLATE "C" IS NOT DISTINCT FROM CAST(%(param_1)s::INTEGER AS TEXT)) AND (SELECT ((notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c2)s::INTEGER, %(rowgate_c3)s::INTEGER)) AND (notes.owner = %(rowgate_id)s::INTEGER OR notes.folder_id IN (%(rowgate_c0)s::INTEGER, %(rowgate_c1)s::INTEGER))) FROM (SELECT notes.folder_id AS folder_id, CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## upserts: upsert to nothing, editor, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0 AND (notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND notes.is_gone = 0) AND ((notes.owner = ?) OR (typeof(notes.owner) = typeof(?) AND notes.owner COLLATE BINARY IS ?)) AND (SELECT ((notes.owner = ? OR notes.folder_id IN ( ?, ?)) AND (notes.owner = ? OR notes.folder_id IN ( ?, ?))) FROM (SELECT notes.folder_id AS folder_id, ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; rowgate_c0=1; rowgate_c1=2; rowgate_c2=1; rowgate_c3=2; asks rowgate_id; returns ; uses notes

## upserts: upsert, admin, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (NOT notes.is_gone AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert, admin, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.is_gone = 0 AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert with a condition, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN notes.body = %(body_1)s::VARCHAR ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert with a condition, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN notes.body = ? ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of a masked column, postgresql
! AccessDenied RG201: a masked column of notes may not be written

## upserts: upsert of a masked column, sqlite
! AccessDenied RG201: a masked column of notes may not be written

## upserts: upsert by a masked column, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = CAST(NULL AS VARCHAR) WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert by a masked column, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = NULL WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of a masked column that may be, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET phone = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert of a masked column that may be, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET phone = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ?) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert by a volatile function, postgresql
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## upserts: upsert by a volatile function, sqlite
! Unguarded RG301: an upsert whose new row must prove itself takes no volatile function in SET: give the value

## upserts: upsert by a function, postgresql
INSERT INTO notes (id, is_gone) VALUES (%(id)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = abs(%(abs_1)s::INTEGER) WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(abs(%(abs_1)s::INTEGER) AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert by a function, sqlite
INSERT INTO notes (id, is_gone) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET owner = abs(?) WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT abs(?) AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of an unknown column, postgresql
! Unguarded RG301: ON CONFLICT DO UPDATE sets 'evil', which is no column of notes

## upserts: upsert of an unknown column, sqlite
! Unguarded RG301: ON CONFLICT DO UPDATE sets 'evil', which is no column of notes

## upserts: upsert of what is computed, postgresql
INSERT INTO stamps (id, owner) VALUES (nextval('stamps_seq'), %(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET seen = %(param_1)s::INTEGER WHERE CASE WHEN (stamps.owner = %(rowgate_id)s::INTEGER AND stamps.owner = %(rowgate_id)s::INTEGER) AND (SELECT (stamps.seen < %(rowgate_c0)s::INTEGER AND stamps.owner = %(rowgate_id)s::INTEGER) FROM (SELECT stamps.owner AS owner, CAST(%(param_1)s::INTEGER AS INTEGER) AS seen) AS stamps) THEN true ELSE CAST('rowgate:RG201:stamps' || left(stamps.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (stamps.seen < %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:stamps' || left(stamps.ctid::text, 0) AS integer) END = 1 THEN stamps.id END AS id
-- guards; rowgate_c0=9; asks rowgate_id; returns id; uses stamps

## upserts: upsert of what is computed, sqlite
INSERT INTO stamps (owner) VALUES (?) ON CONFLICT (id) DO UPDATE SET seen = ? WHERE CASE WHEN (stamps.owner = ? AND stamps.owner = ?) AND (SELECT (stamps.seen < ? AND stamps.owner = ?) FROM (SELECT stamps.owner AS owner, ? AS seen) AS stamps) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT stamps.seen) < ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; rowgate_c0=9; asks rowgate_id; returns ; uses stamps

## upserts: upsert of a schema's, postgresql
INSERT INTO archive.notes (owner) VALUES (%(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER AND archive.notes.owner = %(rowgate_id)s::INTEGER) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (archive.notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:archive.notes' || left(archive.notes.ctid::text, 0) AS integer) END = 1 THEN archive.notes.id END AS id
-- guards; asks rowgate_id; returns id; uses archive.notes

## upserts: upsert of a schema's, sqlite
INSERT INTO archive.notes (owner) VALUES (?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (archive.notes.owner = ? AND archive.notes.owner = ?) AND (SELECT (notes.owner = ? AND notes.owner = ?) FROM (SELECT ? AS owner) AS notes) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses archive.notes

## upserts: upsert into what is open, postgresql
INSERT INTO words (word) VALUES (%(word)s::VARCHAR) ON CONFLICT (id) DO UPDATE SET word = %(param_1)s::VARCHAR WHERE CASE WHEN (false) THEN true ELSE CAST('rowgate:RG201:words' || left(words.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (false) THEN 1 ELSE CAST('rowgate:RG201:words' || left(words.ctid::text, 0) AS integer) END = 1 THEN words.id END AS id
-- guards; returns id; uses words

## upserts: upsert into what is open, sqlite
INSERT INTO words (word) VALUES (?) ON CONFLICT (id) DO UPDATE SET word = ? WHERE CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN (0) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; returns ; uses words

## upserts: upsert, returning, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## upserts: upsert, returning, sqlite
INSERT INTO notes (id, owner, is_gone) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = ? WHERE CASE WHEN (notes.owner = ? AND notes.is_gone = 0 AND notes.owner = ? AND notes.is_gone = 0) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN CASE WHEN ((SELECT notes.owner) = ? AND (SELECT notes.owner) = ? AND (SELECT notes.is_gone) = 0) THEN 1 ELSE abs(-9223372036854775808) END = 1 THEN id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## upserts: upsert that ignores, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT DO NOTHING RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## upserts: upsert that ignores, sqlite
INSERT INTO notes (id, owner, is_gone) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING CASE WHEN ((SELECT notes.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses notes

## upserts: upsert of a date behind a barrier, postgresql
INSERT INTO vaults (owner) VALUES (%(owner)s::INTEGER) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) AND (SELECT (vaults.owner = %(rowgate_id)s::INTEGER AND vaults.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS vaults) THEN true ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (vaults.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:vaults' || left(vaults.ctid::text, 0) AS integer) END = 1 THEN vaults.id END AS id
-- guards; asks rowgate_id; returns id; uses vaults

## upserts: upsert of a date behind a barrier, sqlite
INSERT INTO vaults (owner) VALUES (?) ON CONFLICT (id) DO UPDATE SET owner = ? WHERE CASE WHEN (vaults.owner = ? AND vaults.owner = ?) AND (SELECT (vaults.owner = ? AND vaults.owner = ?) FROM (SELECT ? AS owner) AS vaults) THEN 1 ELSE abs(-9223372036854775808) = 0 END RETURNING CASE WHEN ((SELECT vaults.owner) = ?) THEN 1 ELSE abs(-9223372036854775808) END, id
-- guards; drains; drains_key; asks rowgate_id; returns ; uses vaults

## walled: insert of a value and a default, read back, postgresql
INSERT INTO folded (is_gone, is_old) VALUES (%(is_gone)s, %(is_old)s) RETURNING folded.id
-- returns id; leaves folded is_gone=a bind is_old=False; uses folded

## walled: insert of nothing, read back, postgresql
INSERT INTO given (owner) VALUES (%(owner)s::INTEGER) RETURNING given.id
-- returns id; uses given

## walled: insert of what hides, read back, postgresql
INSERT INTO given (owner, word) VALUES (%(owner)s::INTEGER, %(word)s::VARCHAR) RETURNING given.id
-- returns id; leaves word word=a bind; uses given

## walled: insert of a masked column, postgresql
INSERT INTO notes (owner, secret, is_gone) VALUES (%(owner)s::INTEGER, %(secret)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: insert of a masked column that may be, postgresql
INSERT INTO notes (owner, phone, is_gone) VALUES (%(owner)s::INTEGER, %(phone)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: upsert of a new masked value, postgresql
INSERT INTO notes (id, owner, phone, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(phone)s::VARCHAR, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET body = %(param_1)s::VARCHAR WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END
-- guards; asks rowgate_id; returns ; leaves gone; uses notes

## walled: insert of a masked column with a default, postgresql
INSERT INTO hidden (bare, kept) VALUES (%(bare)s::VARCHAR, %(kept)s::VARCHAR) RETURNING CASE WHEN CASE WHEN (hidden.id = %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:hidden' || left(hidden.ctid::text, 0) AS integer) END = 1 THEN hidden.id END AS id
-- guards; rowgate_c0=3; returns id; uses hidden

## walled: insert of both, postgresql
INSERT INTO notes (owner, secret, phone, is_gone) VALUES (%(owner)s::INTEGER, %(secret)s::VARCHAR, %(phone)s::VARCHAR, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: update of what is known and of what is not, postgresql
UPDATE folded SET is_gone=%(is_gone)s, is_old=folded.is_gone WHERE ((NOT folded.is_gone AND NOT folded.is_old) AND (NOT folded.is_gone AND NOT folded.is_old))
-- returns ; leaves folded is_gone=a bind is_old=?; uses folded

## walled: insert of what is known, postgresql
INSERT INTO folded (is_gone, is_old) VALUES (%(is_gone)s, %(is_old)s) RETURNING folded.id
-- returns id; leaves folded is_gone=a bind is_old=a bind; uses folded

## walled: insert of what is known to leave, postgresql
INSERT INTO folded (is_gone, is_old) VALUES (%(is_gone)s, %(is_old)s) RETURNING folded.id
-- returns id; leaves folded is_gone=a bind is_old=False; uses folded

## walled: insert by an expression, postgresql
INSERT INTO folded (is_gone, is_old) VALUES (coalesce(NULL, %(coalesce_1)s), %(is_old)s) RETURNING folded.id
-- returns id; leaves folded is_gone=? is_old=a bind; uses folded

## walled: insert by defaults, postgresql
INSERT INTO folded (id, is_gone, is_old) VALUES (%(id)s::INTEGER, %(is_gone)s, %(is_old)s)
-- returns ; uses folded

## walled: insert by defaults, returning, postgresql
INSERT INTO folded (is_gone, is_old, word) VALUES (%(is_gone)s, %(is_old)s, %(word)s::VARCHAR) RETURNING CASE WHEN CASE WHEN (NOT folded.is_gone AND NOT folded.is_old) THEN 1 ELSE CAST('rowgate:RG201:folded' || left(folded.ctid::text, 0) AS integer) END = 1 THEN folded.id END AS id
-- guards; returns id; uses folded

## walled: update by what changes by itself, postgresql
UPDATE folded SET is_old=%(is_old)s, word=%(word)s::VARCHAR WHERE ((NOT folded.is_gone AND NOT folded.is_old) AND (NOT folded.is_gone AND NOT folded.is_old))
-- returns ; leaves folded is_gone=? is_old=?; uses folded

## walled: insert of one by a list, postgresql
INSERT INTO folded (is_gone, is_old) VALUES (%(is_gone_m0)s, %(is_old_m0)s)
-- returns ; uses folded

## walled: insert of two by a list, postgresql
INSERT INTO folded (id, is_gone, is_old) VALUES (%(id_m0)s::INTEGER, %(is_gone_m0)s, %(is_old)s), (%(id_m1)s::INTEGER, %(is_gone_m1)s, %(is_old_m1)s)
-- returns ; uses folded

## walled: insert of a select, postgresql
INSERT INTO folded (id, is_gone, is_old) SELECT words.id, %(is_gone)s AS anon_1, %(is_old)s AS anon_2 FROM words
-- returns ; uses folded; uses words

## walled: text, literally, postgresql
SELECT 3
-- returns

## walled: update of a key of two, owner, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND CASE WHEN pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN CASE WHEN (pairs.a = %(rowgate_attr_a_)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks_later; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## walled: update of a key, literally, postgresql
UPDATE notes SET body='x' WHERE notes.id = 8 AND CASE WHEN notes.id = 8 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks_later; asks rowgate_id; returns ; uses notes

## walled: update of a key, literally, asked, postgresql
UPDATE notes SET body='x' WHERE notes.id = 8 AND CASE WHEN notes.id = 8 AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = 8 AND CASE WHEN (rowgate_named.owner = %(rowgate_id)s::INTEGER AND NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; asks rowgate_id; returns ; uses notes

## walled: cte, postgresql
WITH c AS (UPDATE notes SET is_gone=%(param_1)s WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id) SELECT c.id FROM c
-- guards; asks rowgate_id; returns id; uses notes

## walled: update of another column, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## walled: update, returning, postgresql
UPDATE notes SET is_gone=%(is_gone)s WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: update by an expression, postgresql
UPDATE notes SET is_gone=NOT notes.is_gone WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; leaves gone is_gone=?; uses notes

## walled: update to what is known, postgresql
UPDATE notes SET is_gone=%(is_gone)s WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; leaves gone is_gone=a bind; uses notes

## walled: update to NULL, postgresql
UPDATE notes SET is_gone=NULL WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; leaves gone is_gone=?; uses notes

## walled: insert of a row that is gone, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s)
-- returns ; uses notes

## walled: insert of many, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner_m0)s::INTEGER, %(is_gone)s), (%(owner_m1)s::INTEGER, %(is_gone_m1)s)
-- returns ; uses notes

## walled: insert by a select, postgresql
INSERT INTO notes (owner, is_gone) SELECT folders.owner, folders.is_open FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- asks rowgate_id; returns ; uses folders; uses notes

## walled: insert by a select of what is not gone, postgresql
INSERT INTO notes (owner, is_gone) SELECT folders.owner, %(is_gone)s AS anon_1 FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- asks rowgate_id; returns ; uses folders; uses notes

## walled: upsert that ignores, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT DO NOTHING
-- returns ; leaves gone; uses notes

## walled: upsert, returning, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET is_gone = %(param_1)s WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: insert without a key, read back, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(flag)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; leaves gone is_gone=a bind; uses notes

## walled: insert in a cte, postgresql
WITH c AS (INSERT INTO notes (owner, is_gone) VALUES (%(param_1)s::INTEGER, %(param_2)s)) SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- asks rowgate_id; returns id; uses folders; uses notes

## walled: update in a cte, postgresql
WITH c AS (UPDATE notes SET is_gone=%(param_1)s WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))) SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- asks rowgate_id; returns id; leaves gone; uses folders; uses notes

## walled: admin who lifts, postgresql
UPDATE notes SET is_gone=%(is_gone)s WHERE ((NOT notes.is_gone) AND (NOT notes.is_gone))
-- returns ; leaves gone is_gone=a bind; uses notes

## walled: what changes by itself, postgresql
UPDATE ticks SET seen=%(seen)s::INTEGER, word=%(word)s::VARCHAR WHERE ((ticks.seen < %(rowgate_c0)s::INTEGER) AND (ticks.seen < %(rowgate_c0)s::INTEGER)) RETURNING CASE WHEN (ticks.seen < %(rowgate_c0)s::INTEGER AND ticks.seen < %(rowgate_c0)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:ticks' || left(ticks.ctid::text, 0) AS integer) END
-- guards; drains; rowgate_c0=9; returns ; uses ticks

## walled: text, postgresql
SELECT 1
-- returns

## walled: text in a statement, postgresql
! Unguarded RG301: raw() is a statement of its own, no part of another: write that with select()

## walled: delete of a key, postgresql
DELETE FROM notes WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks_later; asks rowgate_id; returns ; uses notes

## walled: a literal that is false, postgresql
UPDATE notes SET is_gone=false WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; leaves gone is_gone=?; uses notes

## walled: soft delete, postgresql
UPDATE notes SET is_gone=%(is_gone)s WHERE notes.id = %(id_1)s::INTEGER AND ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; leaves gone is_gone=a bind; uses notes

## walled: insert, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: insert, returning, postgresql
INSERT INTO notes (owner, is_gone) VALUES (%(owner)s::INTEGER, %(is_gone)s) RETURNING CASE WHEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END = 1 THEN notes.id END AS id
-- guards; asks rowgate_id; returns id; uses notes

## walled: update of a key, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks_later; asks rowgate_id; returns ; uses notes

## walled: update of a key, admin, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (NOT notes.is_gone) THEN CASE WHEN (NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END
-- guards; asks_later; returns ; uses notes

## walled: update of a key, asked, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = %(key)s::INTEGER AND CASE WHEN (rowgate_named.owner = %(rowgate_id)s::INTEGER AND NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; asks rowgate_id; returns ; uses notes

## walled: update of a key, admin, asked, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (NOT notes.is_gone) THEN CASE WHEN (NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = %(key)s::INTEGER AND CASE WHEN (NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; returns ; uses notes

## walled: update of a key of two, asked, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND CASE WHEN pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[])))) THEN CASE WHEN (pairs.a = %(rowgate_attr_a_)s::INTEGER) THEN true ELSE CAST('rowgate:RG201:pairs' || left(pairs.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM pairs AS rowgate_named WHERE rowgate_named.a = %(k1)s::INTEGER AND rowgate_named.b = %(k2)s::INTEGER AND CASE WHEN (rowgate_named.a = %(rowgate_attr_a_)s::INTEGER) THEN false ELSE CAST('rowgate:RG201:pairs' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; asks rowgate_attr_a_; asks rowgate_roles; returns ; uses pairs

## walled: update of many keys, postgresql
UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = %(key)s::INTEGER AND CASE WHEN (rowgate_named.owner = %(rowgate_id)s::INTEGER AND NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; asks rowgate_id; returns ; uses notes

## walled: update of a key in a cte, postgresql
WITH c AS (UPDATE notes SET body=%(text)s::VARCHAR WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = %(key)s::INTEGER AND CASE WHEN (rowgate_named.owner = %(rowgate_id)s::INTEGER AND NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)) SELECT folders.id FROM (SELECT folders.id, folders.owner, folders.is_open FROM folders WHERE folders.is_open OR folders.owner = %(rowgate_id)s::INTEGER) AS folders
-- guards; asks rowgate_id; returns id; uses folders; uses notes

## walled: delete of a key, asked, postgresql
DELETE FROM notes WHERE notes.id = %(key)s::INTEGER AND CASE WHEN notes.id = %(key)s::INTEGER AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END ELSE false END AND NOT EXISTS (SELECT 1 FROM notes AS rowgate_named WHERE rowgate_named.id = %(key)s::INTEGER AND CASE WHEN (rowgate_named.owner = %(rowgate_id)s::INTEGER AND NOT rowgate_named.is_gone) THEN false ELSE CAST('rowgate:RG201:notes' || left(rowgate_named.ctid::text, 0) AS integer) = 0 END)
-- guards; asks rowgate_id; returns ; uses notes

## walled: update of no key, asked, postgresql
UPDATE notes SET body=%(body)s::VARCHAR WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone))
-- asks rowgate_id; returns ; uses notes

## walled: update of a key of two, postgresql
UPDATE pairs SET note=%(note)s::VARCHAR WHERE pairs.a = %(k1)s::INTEGER AND pairs.b = %(k2)s::INTEGER AND ((pairs.role = ANY (CAST(%(rowgate_roles)s::TEXT[] AS TEXT[]))))
-- asks rowgate_roles; returns ; uses pairs

## walled: update of what a check reads, postgresql
UPDATE notes SET owner=%(owner)s::INTEGER WHERE ((notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone)) RETURNING CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) THEN 1 ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) END
-- guards; drains; asks rowgate_id; returns ; uses notes

## walled: upsert, postgresql
INSERT INTO notes (id, owner, is_gone) VALUES (%(id)s::INTEGER, %(owner)s::INTEGER, %(is_gone)s) ON CONFLICT (id) DO UPDATE SET owner = %(param_1)s::INTEGER WHERE CASE WHEN (notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone AND notes.owner = %(rowgate_id)s::INTEGER AND NOT notes.is_gone) AND (SELECT (notes.owner = %(rowgate_id)s::INTEGER AND notes.owner = %(rowgate_id)s::INTEGER) FROM (SELECT CAST(%(param_1)s::INTEGER AS INTEGER) AS owner) AS notes) THEN true ELSE CAST('rowgate:RG201:notes' || left(notes.ctid::text, 0) AS integer) = 0 END
-- guards; asks rowgate_id; returns ; leaves gone; uses notes
