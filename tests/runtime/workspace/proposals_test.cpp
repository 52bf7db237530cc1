#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/support/fixes.hpp"

namespace cohort::tests::proposals_test {

using namespace cohort::runtime::workspace;
using namespace cohort::tests;

namespace {

choice choose_among(const plain_files& files,
                    const std::vector<proposal>& proposals) {
  return choose(proposals, files.targets());
}

/// The only file, "f", after what was chosen of the proposals.
std::string apply_to(const std::string& content,
                     const std::vector<proposal>& proposals) {
  plain_files files{{{"f", content}}};
  return files.after(choose_among(files, proposals))["f"];
}

std::vector<std::string> voters_of(const pb::Fix& fix) {
  return {fix.voters().begin(), fix.voters().end()};
}

/// All that is said about a choice.
std::string describe(const choice& what) {
  std::string result;
  for (auto& fix : what.chosen)
    result += fix.ShortDebugString() + '\n';
  for (auto& [fix, why, winner] : what.refused)
    result += to_string(why.why) + ": " + why.text + ": "
              + fix.ShortDebugString()
              + (winner ? " against " + std::to_string(*winner) : "") + '\n';
  for (auto& [file, edits] : what.edits)
    for (auto& one : edits)
      result += one.ShortDebugString() + '\n';
  return result;
}

} // namespace

TEST_CASE("fixes that do not meet are all chosen, in many files") {
  plain_files files{{{"a", "one two"}, {"b", "three"}}};
  auto what = choose_among(
    files, {propose("p", {edit("a", 0, 3, "1")}),
            propose("q", {edit("a", 4, 7, "2"), edit("b", 0, 5, "3")})});
  CHECK(what.chosen.size() == 2);
  CHECK(what.refused.empty());
  CHECK(files.after(what)
        == std::map<std::string, std::string>{{"a", "1 2"}, {"b", "3"}});
}

TEST_CASE("identical fixes become one with the votes of all") {
  plain_files files{{{"f", "0123456789"}}};
  auto what = choose_among(
    files, {propose("b.cc", {edit("f", 1, 2, "x"), edit("f", 5, 5, "y")}, "2"),
            propose("a.cc", {edit("f", 5, 5, "y"), edit("f", 1, 2, "x")}, "1"),
            propose("a.cc", {edit("f", 5, 5, "y"), edit("f", 1, 2, "x")}, "1"),
            propose("c.cc", {edit("f", 1, 2, "x"), edit("f", 7, 7, "y")})});
  REQUIRE(what.chosen.size() == 2);
  CHECK(voters_of(what.chosen[0]) == std::vector<std::string>{"a.cc", "b.cc"});
  CHECK(what.chosen[0].message() == "1");
  CHECK(voters_of(what.chosen[1]) == std::vector<std::string>{"c.cc"});
  CHECK(files.after(what)["f"] == "0x234y56y789");
}

TEST_CASE("of two that conflict the one with more votes is chosen, and the "
          "other names it") {
  plain_files files{{{"f", "int a = 1;"}, {"g", "int c = 1;"}}};
  auto what = choose_among(files, {propose("1", {edit("f", 4, 5, "aa")}),
                                   propose("2", {edit("f", 4, 5, "zz")}),
                                   propose("3", {edit("f", 4, 5, "zz")}),
                                   propose("4", {edit("g", 4, 5, "cc")})});
  REQUIRE(what.chosen.size() == 2);
  REQUIRE(what.refused.size() == 1);
  CHECK(what.refused[0].why.why == refusal::overlap);
  CHECK(what.refused[0].fix.edits(0).replacement() == "aa");
  REQUIRE(what.refused[0].winner);
  CHECK(what.chosen[*what.refused[0].winner].edits(0).replacement() == "zz");
  CHECK(files.after(what)["f"] == "int zz = 1;");
  CHECK(files.after(what)["g"] == "int cc = 1;");
}

TEST_CASE("with equal votes, what stands in the way of fewer is chosen") {
  // "wide" would push out two others.
  std::vector<proposal> all{propose("1", {edit("f", 0, 9, "wide")}),
                            propose("2", {edit("f", 1, 2, "x")}),
                            propose("3", {edit("f", 5, 6, "y")})};
  CHECK(apply_to("0123456789", all) == "0x234y6789");
  all.push_back(propose("4", {edit("f", 0, 9, "wide")}));
  CHECK(apply_to("0123456789", all) == "wide9");
}

TEST_CASE("an error's own fix goes before a note's") {
  auto note = propose("1", {edit("f", 0, 1, "A")});
  note.fix.set_on_note(true);
  auto own = propose("2", {edit("f", 0, 1, "B")});
  CHECK(apply_to("a", {note, own}) == "B");
  own.fix.set_on_note(true);
  CHECK(apply_to("a", {note, own}) == "A"); // Content decides.
}

TEST_CASE("a fix is applied as a whole or not at all") {
  plain_files files{{{"a", "0123456789"}, {"b", "0123456789"}}};
  auto what = choose_among(
    files, {propose("1", {edit("a", 0, 1, "x"), edit("b", 0, 1, "x")}),
            propose("2", {edit("b", 0, 1, "y")}),
            propose("3", {edit("b", 0, 1, "y")})});
  CHECK(files.after(what)["a"] == "0123456789");
  CHECK(files.after(what)["b"] == "y123456789");
}

TEST_CASE("insertions at one place conflict unless their order cannot matter") {
  auto insert = [](const std::string& producer, const std::string& text) {
    return propose(producer, {edit("f", 3, 3, text)}, text);
  };
  SUBCASE("different texts") {
    plain_files files{{{"f", "abcdef"}}};
    auto what = choose_among(files, {insert("1", " = 0"), insert("2", " = 1")});
    REQUIRE(what.refused.size() == 1);
    CHECK(what.refused[0].why.why == refusal::same_place);
    CHECK(files.after(what)["f"] == "abc = 0def");
  }
  SUBCASE("lines of #include are all inserted, each once") {
    auto a = propose("1",
                     {edit("f", 3, 3, "#include <b>\n"), edit("f", 0, 1, "A")});
    auto b = propose("2",
                     {edit("f", 3, 3, "#include <b>\n"), edit("f", 1, 2, "B")});
    CHECK(apply_to("abcdef", {b, a, insert("3", "#include <a>\n")})
          == "ABc#include <a>\n#include <b>\ndef");
  }
  SUBCASE("but not beside another text") {
    CHECK(apply_to("abcdef", {insert("1", "#include <b>\n"), insert("2", "x")})
          == "abc#include <b>\ndef");
    CHECK(apply_to("abcdef", {insert("1", "#include <b>\nx"),
                              insert("2", "#include <b>\ny")})
          == "abc#include <b>\nxdef");
  }
  SUBCASE("one fix may bring two") {
    CHECK(
      apply_to("abcdef", {propose("1", {edit("f", 3, 3, "#include <b>\n"),
                                        edit("f", 3, 3, "#include <a>\n")})})
      == "abc#include <a>\n#include <b>\ndef");
  }
}

TEST_CASE("closing brackets of one producer are inserted for each statement") {
  // if (a) if (b) x;
  auto outer = [](const std::string& producer) {
    return propose(producer, {edit("f", 6, 6, " {"), edit("f", 16, 16, "}")});
  };
  auto inner = [](const std::string& producer) {
    return propose(producer, {edit("f", 13, 13, " {"), edit("f", 16, 16, "}")});
  };
  const std::string code = "if (a) if (b) x;";
  CHECK(apply_to(code, {outer("1"), inner("1")}) == "if (a) { if (b) { x;}}");
  CHECK(apply_to(code, {outer("1"), inner("1"), outer("2"), inner("2")})
        == "if (a) { if (b) { x;}}");
  // Two producers may well mean the same bracket.
  CHECK(apply_to(code, {outer("1"), inner("2")}) == "if (a) { if (b) x;}");
}

TEST_CASE("two checks that insert the same text may mean it once") {
  plain_files files{{{"f", "int f(int a);"}}};
  auto what = choose_among(
    files,
    {propose("p", {edit("f", 6, 6, "const "), edit("f", 9, 9, "&")}, "a: m"),
     propose("p", {edit("f", 6, 6, "const ")}, "b: m")});
  REQUIRE(what.refused.size() == 1);
  CHECK(what.refused[0].why.why == refusal::same_place);
  CHECK(files.after(what)["f"].find("const const") == std::string::npos);
}

TEST_CASE("one that is refused does not keep its twins apart") {
  plain_files files{{{"f", "int f();"}}};
  auto first = propose("p", {edit("f", 0, 0, "static ")}, "a: m");
  auto refused = propose("q", {edit("f", 0, 0, "static ")}, "b: m");
  refused.refused = objection{refusal::ambiguous, "one of two"};
  auto last = propose("r", {edit("f", 0, 0, "static ")}, "c: m");
  auto what = choose_among(files, {first, refused, last});
  REQUIRE(what.chosen.size() == 1);
  CHECK(what.chosen[0].voters_size() == 2);
  CHECK(files.after(what)["f"] == "static int f();");
}

TEST_CASE("an insertion at the border of a replacement fits") {
  CHECK(apply_to("abcd", {propose("1", {edit("f", 1, 3, "X")}),
                          propose("2", {edit("f", 1, 1, "(")}),
                          propose("3", {edit("f", 3, 3, ")")})})
        == "a(X)d");
  CHECK(apply_to("abcd", {propose("1", {edit("f", 1, 3, "X")}),
                          propose("2", {edit("f", 2, 2, "(")}),
                          propose("3", {edit("f", 2, 2, "(")})})
        == "ab(cd");
}

TEST_CASE("a replacement that two fixes share is made once") {
  CHECK(apply_to("abcd",
                 {propose("1", {edit("f", 0, 1, "A")}),
                  propose("2", {edit("f", 0, 1, "A"), edit("f", 3, 4, "D")})})
        == "AbcD");
}

TEST_CASE("what cannot be placed is refused with its reason, and bothers "
          "nobody") {
  plain_files files{{{"f", "0123456789"}}};
  auto good = propose("good", {edit("f", 0, 10, "x")});
  auto check = [&](proposal bad, refusal why, const std::string& names) {
    // Twice as many votes as the good one.
    auto again = bad;
    again.fix.set_voters(0, "another");
    auto what = choose_among(files, {bad, good, again});
    REQUIRE(what.chosen.size() == 1);
    REQUIRE(what.refused.size() == 1);
    auto& refused = what.refused[0];
    CHECK(refused.why.why == why);
    CHECK(refused.why.text.find(names) != std::string::npos);
    CHECK(refused.fix.voters_size() == 2);
    CHECK(!refused.winner);
  };
  SUBCASE("a file that may not be changed") {
    check(propose("1", {edit("f", 0, 1, "a"), edit("g", 0, 1, "a")}),
          refusal::unusable_file, "g is not there");
  }
  SUBCASE("places that are not in the file") {
    check(propose("1", {edit("f", 5, 11, "a")}), refusal::misplaced, "5 to 11");
    check(propose("1", {edit("f", 6, 5, "a")}), refusal::misplaced, "6 to 5");
    check(propose("1", {edit("f", UINT64_MAX, UINT64_MAX, "a")}),
          refusal::misplaced, "18446744073709551615");
  }
  SUBCASE("a zero byte") {
    check(propose("1", {edit("f", 0, 1, std::string(1, '\0'))}),
          refusal::misplaced, "zero byte");
  }
  SUBCASE("edits of one fix that conflict") {
    check(propose("1", {edit("f", 0, 5, "a"), edit("f", 4, 6, "b")}),
          refusal::misplaced, "contradicts itself");
    check(propose("1", {edit("f", 4, 4, "a"), edit("f", 4, 4, "b")}),
          refusal::misplaced, "contradicts itself");
  }
  SUBCASE("another base") {
    auto stale = propose("1", {edit("f", 0, 1, "a")});
    stale.bases["f"] = "digest of something else";
    check(stale, refusal::stale, "made on");
    stale.bases["f"] = "digest of 0123456789";
    CHECK(choose_among(files, {stale}).chosen.size() == 1);
  }
  SUBCASE("what its reader found") {
    auto unclear = propose("1", {edit("f", 0, 1, "a")});
    unclear.refused = objection{refusal::ambiguous, "two places"};
    check(unclear, refusal::ambiguous, "two places");
  }
}

TEST_CASE("a fix without edits is none") {
  CHECK(choose_among(plain_files{{}}, {propose("1", {})}).chosen.empty());
  CHECK(choose_among(plain_files{{}}, {}).refused.empty());
}

TEST_CASE("refusals have names of their own") {
  std::set<std::string> names;
  auto count = static_cast<int>(refusal::same_place) + 1;
  for (int i = 0; i < count; ++i)
    names.insert(to_string(static_cast<refusal>(i)));
  CHECK(names.size() == static_cast<size_t>(count));
  CHECK(names.count("unknown") == 0);
}

TEST_CASE("eight producers of fixes for one header: a thousand orders of "
          "arrival, one file") {
  // Each sees the header in a unit of its own: what it says of the pointers
  // is the same everywhere, what it says of `x` depends on the unit.
  const std::string header = "int* a = 0;\nint* b = 0;\nT x;\nint* c = NULL;\n";
  std::vector<proposal> all;
  for (int unit = 0; unit < 8; ++unit) {
    auto name = "unit" + std::to_string(unit) + ".cc";
    for (auto at : {9U, 21U})
      all.push_back(propose(name, {edit("h.h", at, at + 1, "nullptr")}));
    all.push_back(propose(name, {edit("h.h", 38, 42, "nullptr")}));
    if (unit % 3 == 0)
      all.push_back(propose(name, {edit("h.h", 0, 0, "#include <cmath>\n"),
                                   edit("h.h", 27, 27, " = NAN")}));
    else
      all.push_back(propose(name, {edit("h.h", 27, 27, " = 0")}));
    all.push_back(propose(name, {edit(name, 4, 5, "nullptr")}));
  }
  std::map<std::string, std::string> contents{{"h.h", header}};
  for (int unit = 0; unit < 8; ++unit)
    contents["unit" + std::to_string(unit) + ".cc"] = "p = 0;\n";
  plain_files files{contents};
  auto wanted = describe(choose_among(files, all));
  auto after = files.after(choose_among(files, all));
  CHECK(after["h.h"]
        == "int* a = nullptr;\nint* b = nullptr;\nT x = 0;\n"
           "int* c = nullptr;\n");
  CHECK(after["unit7.cc"] == "p = nullptr;\n");
  std::mt19937 random{7};
  for (int i = 0; i < 1000; ++i) {
    std::shuffle(all.begin(), all.end(), random);
    auto what = choose_among(files, all);
    REQUIRE(describe(what) == wanted);
    REQUIRE(files.after(what) == after);
  }
}

TEST_CASE("any proposals: the choice fits together, lacks nothing that would "
          "fit, and is the same in any order") {
  for (uint32_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto below = [&](size_t n) { return random() % n; };
    plain_files files{{{"f", std::string(12, '.')}, {"g", "......"}}};
    std::vector<proposal> all;
    const char* texts[] = {"", "x", "#include <a>\n", "#include <b>\n"};
    for (auto n = below(8); n > 0; --n) {
      std::vector<pb::Edit> edits;
      for (auto k = 1 + below(2); k > 0; --k) {
        auto is_f = below(3) > 0;
        auto begin = below(is_f ? 11 : 5);
        edits.push_back(
          edit(is_f ? "f" : "g", begin, begin + below(3), texts[below(4)]));
      }
      all.push_back(propose(std::to_string(below(3)), edits));
    }
    auto what = choose_among(files, all);
    CHECK(!files.after(what).empty());
    for (auto& refused : what.refused) {
      if (!refused.winner)
        continue;
      // Alone with what it conflicts with, one of the two is refused again.
      auto& winner = what.chosen.at(*refused.winner);
      auto pair = choose_among(files, {{refused.fix, {}, false, {}},
                                       {winner, {}, false, {}}});
      CHECK(pair.chosen.size() == 1);
    }
    auto wanted = describe(what);
    for (int i = 0; i < 3; ++i) {
      std::shuffle(all.begin(), all.end(), random);
      CHECK(describe(choose_among(files, all)) == wanted);
    }
  }
}

TEST_CASE("a hundred thousand edits that all conflict take no longer than "
          "others") {
  plain_files files{{{"f", std::string(100000, '.')}}};
  std::vector<proposal> all;
  for (uint64_t i = 0; i < 100000; ++i)
    all.push_back(propose("p", {edit("f", i / 1000, 100000 - i % 1000, "x")}));
  auto what = choose_among(files, all);
  CHECK(what.chosen.size() == 1);
  CHECK(what.refused.size()
        == 99999); // Pair by pair, five thousand million: ctest ends that.
}

} // namespace cohort::tests::proposals_test
