-- Macros that turn the text of one cell into a typed value, or null where it is not one.
--
-- Each kind has two: fast_<kind>(cell) takes canonical text as it stands, rest_<kind>(text) takes what that
-- left over: unguarded, but for texts half-width, and emptied of mere dashes. The projection calls them in
-- levels, so that the slow half sees only the rest and no subexpression of it is computed for every row.
-- What is a space, cannot be seen, or is wide, the lists of spelling.py say: spaces(), invisible(), wide() and others.

create or replace macro edges() as spaces() || invisible() || joiners();

-- Excel's text guards (' or ` in front, ="…" around), the quotes of SQL ('…'), spaces and what cannot be seen are no
-- part of a value.
create or replace macro unguarded(cell) as
    case
        when regexp_matches(cell, '^[''`' || edges() || ']|[' || edges() || ']$|^="')
            then regexp_replace(
                regexp_replace(
                    regexp_replace(cell, '^[' || edges() || ']*''(.*)''[' || edges() || ']*$', '\1'),
                    '^[''`' || edges() || ']+|[' || edges() || ']+$', '', 'g'),
                '^="[' || edges() || ']*(.*?)[' || edges() || ']*"$', '\1')
        else cell
    end;

create or replace macro half_width(text) as
    case
        when regexp_matches(text, '[' || wide() || invisible() || joiners() || ']')
            then trim(translate(regexp_replace(text, '[' || invisible() || joiners() || ']', '', 'g'), wide(), narrow()))
        else text
    end;

-- Blank, a dash, "none" and the like all mean that nothing was written.
create or replace macro written(text) as
    case
        when text in ('', '/', '\', '\N', '无', '空', '暂无', '散客', '散客会员', '游客', '匿名', '匿名用户', '#N/A')
            or regexp_matches(text, '^([-—–－]+$|0000-00-00|0000/00/00|1900-01-00)')
            or lower(text) in ('null', 'none', 'nan', 'nat', 'n/a', 'nil', '<na>') then null
        else text
    end;

-- What stands in a buyer's column where there is none.
create or replace macro somebody(id) as
    case
        when id in ('未知', '非会员', '无会员', 'unknown', 'Unknown', 'UNKNOWN', 'guest', 'Guest', 'GUEST', 'anonymous', 'Anonymous')
            or (id[1] = '0' and ltrim(id, '0') = '') then null
        else id
    end;

create or replace macro tidy(cell) as written(unguarded(cell));

-- What is written in several of these ways is one id, phone or e-mail, and the operator is told so.
create or replace macro is_oddly_spelt(text) as
    regexp_matches(text, '[' || wide() || invisible() || joiners() || ']') or (contains(text, '@') and text <> lower(text));

create or replace macro fast_text(cell) as
    case
        when not regexp_matches(cell,
            '^(?:[^0-9A-Za-z\x{4e00}-\x{9fa5}]|(?i:null|none|nan|nat|n/a|无|暂无)$)|[' || spaces() || ']$|['
            || no_break_spaces() || invisible() || ']')
            then cell
    end;

create or replace macro rest_text(text) as
    case
        when regexp_matches(text, '[' || no_break_spaces() || invisible() || ']')
            then translate(regexp_replace(text, '[' || invisible() || ']', '', 'g'), no_break_spaces(), '   ')
        else text
    end;

-- Spreadsheets and dataframes write whole-number ids with a useless .0; E+17 means that digits are gone.
-- An e-mail is the same in any letter case, and as the link a web page makes of it.
create or replace macro fast_id(cell) as
    case when regexp_full_match(cell, '[0-9][0-9A-Za-z_-]*|[A-Za-z][0-9A-Za-z_-]{4,}') then cell end;

create or replace macro rest_id(text) as
    case
        when regexp_full_match(text, '[0-9]\.[0-9]+[eE]\+?[0-9]+|[0-9][eE]\+[0-9]+') then null
        when contains(text, '@') then regexp_replace(lower(text), '^mailto:\s*([^?]*).*$', '\1')
        else regexp_replace(text, '^([0-9]+)\.0+$', '\1')
    end;

create or replace macro fault_id(text) as 'id_digits_lost';

-- Signs, codes and names of currencies that stand beside an amount.
create or replace macro money_word() as
    '(?i:[A-Z]{1,3})?[¥￥$€£₩₹₽฿₫]|(?i:CNY|RMB|USD|EUR|GBP|HKD|TWD|NTD|MOP|JPY|KRW|SGD|AUD|CAD|NZD|MYR|RM|THB|VND|INR|IDR|PHP|RUB|CHF|SEK|NOK|DKK|PLN|BRL|MXN|AED|TRY|ZAR)'
    || '|人民币|美元|美金|欧元|港币|港元|英镑|日元|新台币|元|圆|块|円';

-- Decimals are read as decimals, never through a float: two places are kept, half away from zero.
create or replace macro fast_money(cell) as
    coalesce(try_cast(cell as decimal(18, 2)), try_cast(ltrim(cell, '¥￥') as decimal(18, 2)));

-- A minus stands in front (any dash), behind, as SAP writes it, or as brackets around. A comma or a space parts three
-- digits each: 1,23 may be 1.23 or 123, so it is neither. Whatever is written otherwise is replaced by nothing.
create or replace macro bracketed_as_minus(text) as
    regexp_replace(text, '^([^0-9(]{0,4})\(\s*([^0-9()]{0,4}[0-9.][0-9., ]*[^0-9()]{0,4})\)\s*$', '-\1\2');

create or replace macro digits_of_amount(text) as translate(regexp_replace(
    text,
    '^(?:\s*([+–—-]?)\s*(?:' || money_word() || ')?\s*([+–—-]?)\s*'
    || '((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)'
    || '\s*(?:(?:' || money_word() || ')整?)?\s*(-?)\s*(?:\([^)]*\))?\s*|.*)$',
    '\1\2\4\3'), '–—, ', '--');

-- Of a column in which a comma parts the cents: 1.234,50 is 1234.50.
create or replace macro with_decimal_point(cell) as translate(half_width(cell), ',.', '.');

create or replace macro rest_money(text) as
    case
        when regexp_full_match(text, '无[^0-9]*') then cast(0 as decimal(18, 2))
        else try_cast(digits_of_amount(bracketed_as_minus(text)) as decimal(18, 2))
    end;

-- Of a column that counts in thousands or ten thousands: 1.2345 is 12345.
create or replace macro fast_fine_money(cell) as try_cast(cell as decimal(18, 6));

create or replace macro rest_fine_money(text) as
    case
        when rest_money(text) is not null
            then coalesce(try_cast(digits_of_amount(bracketed_as_minus(text)) as decimal(18, 6)), rest_money(text))
    end;

create or replace macro fault_money(text) as
    case
        when regexp_full_match(translate(text, ', ', ''), '[^0-9]*([0-9]{13,}(\.[0-9]*)?|[0-9.]+[eE]\+?[0-9]{2,})[^0-9]*') then 'out_of_range'
        else 'bad_money'
    end;

create or replace macro fault_fine_money(text) as fault_money(text);

-- The currency an amount names beside its digits; a mere number names none.
create or replace macro money_sign(cell) as
    case
        when try_cast(cell as decimal(18, 2)) is null then nullif(concat_ws('',
            regexp_extract(cell, '^[\s(+-]*(' || money_word() || ')\s*[+-]?[0-9.]', 1),
            regexp_extract(cell, '^[\s(+-]*[0-9.,]*[0-9]\s*(' || money_word() || ')\s*\)?$', 1)), '')
    end;

create or replace macro fast_number(cell) as case when cell[-1:] between '0' and '9' then try_cast(cell as double) end;

create or replace macro rest_number(text) as try_cast(translate(regexp_replace(
    text,
    '^(?:([+-]?)\s?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)\s*'
    || '(?:件|个|次|分|积分|单|笔|人|张|天|pts|points)?(-?)|.*)$',
    '\1\3\2'), ', ', '') as double);

create or replace macro fault_number(text) as
    case when regexp_matches(text, '(?i)^[+-]?([0-9][0-9, ]{12,}|[0-9.]+e\+?[0-9]{2,}$|inf)') then 'out_of_range' else 'bad_number' end;

create or replace macro fast_count(cell) as try_cast(cell as bigint);

create or replace macro rest_count(text) as try_cast(floor(rest_number(text) + .5) as bigint);

create or replace macro fault_count(text) as fault_number(text);

create or replace macro fast_flag(cell) as
    case cell when '是' then true when '否' then false when 'TRUE' then true when 'FALSE' then false end;

create or replace macro rest_flag(text) as
    case
        when lower(text) in ('是', '有', '已', 'y', 'yes', 'true', 't', '1', '1.0', '√', '同意', '已同意', '已授权', '授权', '会员', '已删除', '已流失') then true
        when lower(text) in ('否', '未', 'n', 'no', 'false', 'f', '0', '0.0', '×', '不同意', '拒绝', '未同意', '未授权', '已撤回', '撤回', '非会员', '正常', '未删除') then false
    end;

create or replace macro fault_flag(text) as 'bad_flag';

-- A whole id or text in one go, for columns that are seldom looked at.
create or replace macro id_in(cell) as coalesce(fast_id(cell), rest_id(written(half_width(unguarded(cell)))));

create or replace macro text_in(cell) as coalesce(fast_text(cell), rest_text(tidy(cell)));

-- A mobile number of mainland China: 11 digits. Anything masked or shortened is never a key.
create or replace macro fast_phone(cell) as case when regexp_full_match(cell, '1[3-9][0-9]{9}') then cell end;

create or replace macro compact_phone(text) as regexp_replace(text, '(?i:^tel:)|[\s\-–()]|\.0+$', '', 'g');

create or replace macro rest_phone(text) as
    case
        when regexp_full_match(compact_phone(text), '(\+?86|0086)?1[3-9][0-9]{9}') then right(compact_phone(text), 11)
        when regexp_full_match(compact_phone(text), '1\.[3-9][0-9]{9}[eE]\+?10') then replace(left(compact_phone(text), 12), '.', '')
    end;

create or replace macro phone_in(cell) as coalesce(fast_phone(cell), rest_phone(written(half_width(unguarded(cell)))));

-- A mobile number in a column of ids, already unguarded: cheap, since nearly no id is one.
create or replace macro phone_written_as_id(id) as
    case
        when strlen(id) >= 11 then
            case
                when regexp_full_match(id, '(\+?86|0086)?[ -]?1[3-9][0-9 -]{9,12}')
                    then fast_phone(right(translate(id, ' -', ''), 11))
            end
    end;

-- 138****8000 in a column of ids names nobody for certain.
create or replace macro is_masked_id(id) as
    case when contains(id, '**') then regexp_full_match(id, '[0-9+ ]*[*]{2,}[0-9]*') else false end;

create or replace macro fault_phone(text) as
    case
        when regexp_matches(text, '[*＊]|##|\$\$') then 'masked_phone'
        when regexp_matches(text, '^[0-9.]+[eE]\+?[0-9]+$') then 'phone_digits_lost'
        else 'bad_phone'
    end;

-- Dates: ISO text first; then Chinese, slashed, compact, Excel serials, epochs, offsets and month names.
-- zone is the shop's: a time that carries an offset is moved there, any other is already there.
create or replace macro fast_instant(cell) as coalesce(
    case
        when (strlen(cell) = 19 and cell[17] = ':' or strlen(cell) in (10, 16)) and cell[5] = '-' and cell[8] = '-'
            then try_cast(cell as timestamp)
    end,
    case when cell[5] = '/' and cell[1:2] in ('20', '19') then try_strptime(cell, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d']) end);

-- 2025年3月1日 下午3:05 becomes 2025-3-1 3:05, which casts; whatever else stands behind the day is no part of it.
create or replace macro plain_instant(text) as regexp_replace(
    regexp_replace(
        text,
        '^([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})日?(?:[^0-9].*?)??(?:([0-9]{1,2})[:时点]\s?([0-9]{1,2})(?:[:分]\s?([0-9]{1,2}))?(?:[^0-9:].*)?)?$',
        '\1-\2-\3 \4:\5:\6'),
    '[ :]+$', '');

create or replace macro half_day(text) as to_hours(
    case
        when regexp_matches(text, '(?i)(?:下午|晚上)\s?(?:0?[1-9]|1[01])[:时点]|[^0-9](?:0?[1-9]|1[01]):[0-9:]+\s?pm') then 12
        when regexp_matches(text, '(?i)(?:上午|凌晨)\s?12[:时点]|[^0-9]12:[0-9:]+\s?am') then -12
        else 0
    end);

create or replace macro day_first(text) as regexp_replace(text, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})', '\3-\2-\1');

create or replace macro month_first(text) as regexp_replace(text, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})', '\3-\1-\2');

create or replace macro serial_instant(days) as cast(date_trunc('second',
    timestamp '1899-12-30 00:00:00.5' + to_microseconds(cast(86400000000 * days as bigint))) as timestamp);

create or replace macro offset_instant(text, zone) as timezone(zone, try_cast(
    regexp_replace(regexp_replace(regexp_replace(text, '\s?(UTC|GMT)$', '+00:00'), '\s?([+-][0-9]{2}):?([0-9]{2})$', '\1:\2'), 'Z$', '+00:00')
    as timestamptz));

create or replace macro rest_instant(text, zone) as
    case
        when text is null then null
        when regexp_matches(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9].*[0-9](Z|\s?[+-][0-9]{2}:?[0-9]{2}|\s?UTC|\s?GMT)$')
            then offset_instant(text, zone)
        when regexp_matches(text, '^[0-9]{4}\s?[-/.年]') then try_cast(plain_instant(text) as timestamp) + half_day(text)
        when regexp_full_match(text, '(19|20)[0-9]{6}') then try_strptime(text, '%Y%m%d')
        when regexp_full_match(text, '(19|20)[0-9]{10}') then try_strptime(text, '%Y%m%d%H%M')
        when regexp_full_match(text, '(19|20)[0-9]{12}') then try_strptime(text, '%Y%m%d%H%M%S')
        when regexp_full_match(text, '[1-9][0-9]{4}(\.[0-9]+)?') then serial_instant(try_cast(text as double))
        when regexp_full_match(text, '1[0-9]{9}') then timezone(zone, to_timestamp(try_cast(text as double)))
        when regexp_full_match(text, '1[0-9]{12}') then timezone(zone, to_timestamp(try_cast(text as double) / 1000))
        when regexp_matches(text, '\b(19|20)[0-9]{2}\b') then try_strptime(text, [
            '%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y', '%d-%b-%Y', '%d %b %Y %H:%M', '%b %d, %Y %H:%M',
            '%b %d, %Y %I:%M %p', '%d %b %Y %H:%M:%S', '%b %d, %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S', '%B %d, %Y %H:%M:%S',
            '%b %d, %Y %I:%M:%S %p', '%B %d, %Y %I:%M:%S %p', '%B %d, %Y %I:%M %p', '%d-%b-%Y %H:%M', '%d-%b-%Y %H:%M:%S'])
    end;

-- A month stands for its first day; a day stays what it is.
create or replace macro fast_month(cell) as
    case when strlen(cell) = 7 and cell[5] = '-' then try_cast(cell || '-01' as timestamp) else fast_instant(cell) end;

create or replace macro rest_month(text, zone) as
    case
        when regexp_full_match(text, '(19|20)[0-9]{2}\s?[-/.年]?\s?(0?[1-9]|1[0-2])\s?月?(份)?')
            then try_strptime(regexp_replace(text, '^([0-9]{4})\D*([0-9]{1,2})\D*$', '\1-\2-01'), '%Y-%m-%d')
        else rest_instant(text, zone)
    end;

create or replace macro fault_instant(text) as
    case
        when regexp_matches(text, '^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(\s|$)|^[0-9]{2}年|^[0-9]{1,2}[-/.][0-9]{1,2}(\s|$)'
            || '|^[0-9]{1,2}[-/ ][A-Za-z]{3,9}[-/ ][0-9]{2}(\s|$)|^[A-Za-z]{3,9}[-/ ][0-9]{1,2}[-/ ,]+[0-9]{2}(\s|$)')
            then 'ambiguous_date'
        else 'bad_date'
    end;

create or replace macro fault_month(text) as fault_instant(text);

-- What is wrong with the cells of a row is a list of faults, null where nothing is: which column's, and for what reason.
-- A fault of the whole row, which no column can be blamed for, has the key row.
create or replace macro fault(key, reason) as {'key': key, 'reason': reason};

create or replace macro with_fault(faults, one) as list_append(coalesce(faults, []), one);

create or replace macro faults_among(faults) as list_filter(faults, lambda one: one.reason is not null);

create or replace macro keys_of(faults) as list_transform(faults, lambda one: one.key);

-- The reason of the first fault in one of these columns.
create or replace macro reason_in(faults, keys) as list_filter(faults, lambda one: list_contains(keys, one.key))[1].reason;

create or replace macro reject_for(faults, keys) as 'reject:' || reason_in(faults, keys);

-- The verdict on a row that is none of a table's, or cannot be told: the same for every table; null where it is one.
create or replace macro verdict_on_row(is_blank, is_title, is_total, faults) as case
    when is_blank then 'skip:blank_row'
    when reason_in(faults, ['row']) = 'undecodable' then 'reject:undecodable'
    when is_title then 'skip:title_row'
    when is_total then 'skip:total_row'
    else reject_for(faults, ['row'])
end;
