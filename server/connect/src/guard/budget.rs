//! A dialect that bounds how much work reading takes. The parser tries a word in more than one way, and where one way fails it reads
//! what stands behind the word again: nested, its time doubles with each level. Words and brackets that do so are many, so what is
//! counted is the work itself: whoever reads an expression asks the dialect first. The stack that is left is looked at there too.

use std::any::TypeId;
use std::cell::Cell;
use std::iter::Peekable;
use std::str::Chars;

use sqlparser::ast::{ColumnOption, Expr, GranteesType, Ident, ObjectNamePart, Statement};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

/// How many expressions and parts of expressions are begun for one text, over all ways that are tried: so many for calls that stand in one
/// another as deep as they may, and so many more for each word and sign.
const STEPS: usize = 60_000;
const STEPS_A_TOKEN: usize = 30;
/// What must be left of the stack, in bytes: the parser counts most of what may stand in itself, but not all of it (`interval interval …`).
const LEAST_STACK: usize = 1 << 20;

/// Another dialect, with a bound on the work of one reading. Each method is that of the other dialect: one that a new version of the
/// parser brings has to be handed on here as well, and the test below says so where it matters to what people write.
#[derive(Debug)]
pub(super) struct Budget {
    inner: Box<dyn Dialect>,
    left: Cell<usize>,
}

impl Budget {
    /// For a text of so many words and signs.
    pub(super) fn new(inner: Box<dyn Dialect>, tokens: usize) -> Self {
        Self { inner, left: Cell::new(STEPS + tokens * STEPS_A_TOKEN) }
    }
}

/// Methods of the other dialect: those that only say yes or no, and the others.
macro_rules! handed_on {
    ([$($flag:ident),* $(,)?] $($name:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        $(fn $flag(&self) -> bool {
            self.inner.$flag()
        })*
        $(fn $name(&self $(, $argument: $type)*) -> $output {
            self.inner.$name($($argument),*)
        })*
    };
}

impl Dialect for Budget {
    /// The one place that every expression goes through, whichever way is tried.
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let left = self.left.get().checked_sub(1).filter(|_| stacker::remaining_stack().is_none_or(|left| left > LEAST_STACK));
        let Some(left) = left else { return Some(Err(ParserError::RecursionLimitExceeded)) };
        self.left.set(left);
        self.inner.parse_prefix(parser)
    }

    handed_on! {
        [
            supports_string_literal_backslash_escape, ignores_wildcard_escapes, supports_unicode_string_literal,
            supports_filter_during_aggregation, supports_window_clause_named_window_reference, supports_within_after_array_aggregation,
            supports_partition_by_after_order_by, supports_array_join_syntax, supports_group_by_expr, supports_group_by_with_modifier,
            supports_left_associative_joins_without_parens, supports_outer_join_operator, supports_cross_join_constraint, supports_connect_by,
            supports_execute_immediate, supports_match_recognize, supports_in_empty_list, supports_start_transaction_modifier,
            supports_end_transaction_modifier, supports_named_fn_args_with_eq_operator, supports_named_fn_args_with_colon_operator,
            supports_named_fn_args_with_assignment_operator, supports_named_fn_args_with_rarrow_operator,
            supports_named_fn_args_with_expr_name, supports_numeric_prefix, supports_numeric_literal_underscores,
            supports_window_function_null_treatment_arg, supports_dictionary_syntax, support_map_literal_syntax, supports_lambda_functions,
            supports_parenthesized_set_variables, supports_comma_separated_set_assignments, supports_update_order_by,
            supports_select_wildcard_except, convert_type_before_value, supports_triple_quoted_string, supports_trailing_commas,
            supports_limit_comma, supports_string_literal_concatenation, supports_string_literal_concatenation_with_newline,
            supports_projection_trailing_commas, supports_from_trailing_commas, supports_column_definition_trailing_commas,
            supports_object_name_double_dot_notation, supports_struct_literal, supports_empty_projections, supports_select_expr_star,
            supports_from_first_select, supports_from_first_insert, supports_pipe_operator, supports_user_host_grantee,
            supports_match_against, supports_select_wildcard_exclude, supports_select_exclude,
            supports_create_table_multi_schema_info_sources, supports_select_modifiers, describe_requires_table_keyword, allow_extract_custom,
            allow_extract_single_quotes, supports_extract_comma_syntax, supports_subquery_as_function_arg,
            supports_create_view_comment_syntax, supports_array_typedef_without_element_type, supports_parens_around_table_factor,
            supports_values_as_table_factor, supports_dollar_placeholder, supports_dollar_as_money_prefix, supports_create_index_with_clause,
            require_interval_qualifier, supports_explain_with_utility_options, supports_asc_desc_in_column_definition,
            supports_factorial_operator, supports_bitwise_shift_operators, supports_nested_comments, supports_multiline_comment_hints,
            supports_eq_alias_assignment, supports_try_convert, supports_bang_not_operator, supports_listen_notify, supports_load_data,
            supports_load_extension, supports_top_before_distinct, supports_boolean_literals, supports_show_like_before_in,
            supports_comment_on, supports_create_table_select, supports_partiql, supports_constraint_keyword_without_name,
            supports_key_column_option, supports_table_sample_before_alias, supports_insert_set, supports_insert_table_function,
            supports_insert_table_query, supports_insert_format, supports_insert_table_alias, supports_set_stmt_without_operator,
            supports_table_versioning, supports_string_escape_constant, supports_table_hints, requires_single_line_comment_whitespace,
            supports_array_typedef_with_brackets, supports_geometric_types, supports_order_by_all, supports_set_names,
            supports_space_separated_column_options, supports_alter_column_type_using, supports_comma_separated_drop_column_list,
            supports_notnull_operator, supports_data_type_signed_suffix, supports_interval_options, supports_create_table_like_parenthesized,
            supports_semantic_view_table_factor, supports_quote_delimited_string, supports_comment_optimizer_hint,
            supports_double_ampersand_operator, supports_binary_kw_as_cast, supports_select_wildcard_replace, supports_select_wildcard_ilike,
            supports_select_wildcard_rename, supports_select_wildcard_with_alias, supports_optimize_table, supports_install, supports_detach,
            supports_prewhere, supports_with_fill, supports_limit_by, supports_interpolate, supports_settings, supports_select_format,
            supports_comma_separated_trim, supports_cte_without_as, supports_select_item_multi_column_alias, supports_xml_expressions,
            supports_create_table_using, supports_long_type_as_bigint, supports_map_literal_with_angle_brackets,
        ]
        dialect() -> TypeId;
        is_delimited_identifier_start(ch: char) -> bool;
        is_nested_delimited_identifier_start(ch: char) -> bool;
        peek_nested_delimited_identifier_quotes(chars: Peekable<Chars<'_>>) -> Option<(char, Option<char>)>;
        identifier_quote_style(identifier: &str) -> Option<char>;
        is_identifier_start(ch: char) -> bool;
        is_identifier_part(ch: char) -> bool;
        is_custom_operator_part(ch: char) -> bool;
        parse_infix(parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>>;
        get_next_precedence(parser: &Parser) -> Option<Result<u8, ParserError>>;
        get_next_precedence_default(parser: &Parser) -> Result<u8, ParserError>;
        parse_statement(parser: &mut Parser) -> Option<Result<Statement, ParserError>>;
        parse_column_option(parser: &mut Parser) -> Result<Option<Result<Option<ColumnOption>, ParserError>>, ParserError>;
        prec_value(prec: Precedence) -> u8;
        prec_unknown() -> u8;
        is_reserved_for_identifier(kw: Keyword) -> bool;
        get_reserved_keywords_for_select_item_operator() -> &[Keyword];
        get_reserved_grantees_types() -> &[GranteesType];
        is_column_alias(kw: &Keyword, parser: &mut Parser) -> bool;
        is_select_item_alias(explicit: bool, kw: &Keyword, parser: &mut Parser) -> bool;
        is_table_factor(kw: &Keyword, parser: &mut Parser) -> bool;
        is_table_alias(kw: &Keyword, parser: &mut Parser) -> bool;
        is_table_factor_alias(explicit: bool, kw: &Keyword, parser: &mut Parser) -> bool;
        is_identifier_generating_function_name(ident: &Ident, name_parts: &[ObjectNamePart]) -> bool;
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use sqlparser::dialect::{ClickHouseDialect, PostgreSqlDialect, SQLiteDialect};

    use super::*;
    use crate::guard::mysql::SessionMySql;
    use crate::guard::{STACK, STACK_LEFT};

    fn dialects() -> [Box<dyn Dialect>; 4] {
        [Box::new(PostgreSqlDialect {}), Box::new(SQLiteDialect {}), Box::new(ClickHouseDialect {}), Box::new(SessionMySql)]
    }

    /// What no pattern of words and brackets finds: the first way of reading fails only at the end, and the second reads all of it again.
    #[test]
    fn what_fails_at_its_end_fails_soon() {
        for nest in ["not - ", "case - ", "interval ", "array["] {
            for inner in dialects() {
                let sql = format!("{}(", nest.repeat(60));
                let (began, budget) = (Instant::now(), Budget::new(inner, 120));
                // Where it ends is up to the dialect: some take the first word for a name.
                let _ = stacker::maybe_grow(STACK_LEFT, STACK, || {
                    Parser::new(&budget).with_recursion_limit(64).try_with_sql(&sql).and_then(|mut parser| parser.parse_expr())
                });
                assert!(began.elapsed() < Duration::from_secs(20), "{nest} with {budget:?} took {:?}", began.elapsed());
            }
        }
    }

    #[test]
    fn what_the_parser_does_not_count_ends_before_the_stack_does() {
        for inner in dialects() {
            let budget = Budget::new(inner, 5_000);
            let sql = format!("{}'1'", "interval ".repeat(4_900));
            let read = stacker::maybe_grow(STACK_LEFT, STACK, || {
                Parser::new(&budget).with_recursion_limit(64).try_with_sql(&sql).and_then(|mut parser| parser.parse_expr())
            });
            assert!(read.is_err() || !matches!(read, Ok(Expr::Interval(_))), "{budget:?}");
        }
    }

    /// Nothing but the bound tells it from the dialect inside.
    #[test]
    fn all_else_is_read_as_the_other_dialect_reads_it() {
        for sql in [
            "select a, count(*) as n from t where b in (1, 2) and not c like 'x%' group by a having count(*) > 2 order by n desc limit 10",
            "with w as (select 1 as a union all select 2) select * from w join t on t.a = w.a where case when a > 1 then true else false end",
            "select a::int, x[1], interval '1 day', f.y from t f where a is not null and b || 'x' = 'y' limit 5, 6",
            "select `a b`, 1 << 2, 0x1F, {p1:Int64} from t final array join x",
            "select if(a, b, c) as d, match (a) against ('x') from t force index (y) limit 1",
            "select * from t where a glob 'x*' and b not null",
            "select 'it''s', e'a', $$b$$, date '2024-01-01', binary 'x' from t",
        ] {
            for (plain, inner) in dialects().into_iter().zip(dialects()) {
                assert_eq!(Parser::parse_sql(&Budget::new(inner, 100), sql), Parser::parse_sql(&*plain, sql), "{plain:?}: {sql}");
            }
        }
    }
}
