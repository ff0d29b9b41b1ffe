//! Words of Chinese, which are written without spaces. The dictionary is read when the first Chinese text comes.

use tantivy::tokenizer::{TokenStream, Tokenizer};
use tantivy_jieba::JiebaTokenizer;

/// The words of a run of Chinese. With `inner`, words within words too: 北京大学 also as 北京 and 大学.
pub(crate) fn words_of(run: &str, inner: bool) -> Vec<String> {
    let mut tokenizer = JiebaTokenizer::with_search_mode(inner);
    let mut stream = tokenizer.token_stream(run);
    let mut found = Vec::new();
    while stream.advance() {
        found.push(stream.token().text.clone());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_taken_apart() {
        assert_eq!(words_of("航班延误", false), ["航班", "延误"]);
        assert_eq!(words_of("北京大学", false), ["北京大学"]);
        assert_eq!(words_of("北京大学", true), ["北京", "大学", "北京大学"]);
    }
}
