#include <doctest/doctest.h>

#include "runtime/journal/chain.hpp"

namespace cohort::tests::chain_test {

using namespace cohort::runtime::journal;

TEST_CASE("a link is the SHA-256 of the hash before it and the event's bytes") {
  // printf '%064d' 0 | xxd -r -p | cat - <(printf abc) | sha256sum
  auto first = chain(chain_start(), "abc");
  CHECK(to_hex(first)
        == "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370");
  CHECK(first.size() == digest_bytes);
}

TEST_CASE("what comes later depends on everything before it") {
  auto after = [](std::string_view a, std::string_view b) {
    return chain(chain(chain_start(), a), b);
  };
  CHECK(after("ab", "c") != after("a", "bc"));
  CHECK(after("a", "b") != after("b", "a"));
  CHECK(after("a", "b") == after("a", "b"));
  CHECK(after("", "") != chain(chain_start(), ""));
}

} // namespace cohort::tests::chain_test
