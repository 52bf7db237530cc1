#include "runtime/audit/bundle.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <zstd.h>

#include "tests/runtime/audit/audited_state.hpp"

namespace cohort::tests::bundle_test {

using namespace cohort::tests;
using namespace cohort::runtime::audit;
using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::expected;
using cohort::runtime::journal::ledger;
using nlohmann::json;

namespace {

byte_source source_of(std::string bytes) {
  auto given = std::make_shared<bool>(false);
  return [bytes = std::move(bytes), given]() -> expected<std::string> {
    return std::exchange(*given, true) ? std::string{} : bytes;
  };
}

/// A bundle of the task "done", and all that it takes to check it elsewhere.
struct exported {
  audited_state where;
  fs::path file = where.folder.path() / "done.bundle";

  exported() {
    auto log = ledger::open(where.journal_file);
    auto written = write_bundle(*log, where.store, where.key(), "done", file);
    INFO(std::string{written ? "" : written.error().message});
    REQUIRE(written.has_value());
  }

  /// In a place that has only what `how` names.
  [[nodiscard]] expected<bundle_findings>
  check(const byte_source& source, const fs::path& repository = {}) const {
    temp_folder scratch;
    return verify_bundle(source, {where.key(), repository, scratch.path()});
  }

  [[nodiscard]] std::string packed() const {
    return bytes_of(file);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    return lines_of(packed());
  }

  [[nodiscard]] static std::vector<std::string>
  lines_of(const std::string& bytes) {
    std::vector<std::string> result;
    REQUIRE(unpack_lines(source_of(bytes), [&](std::string_view line) {
              result.emplace_back(line);
              return expected<void>{};
            }).has_value());
    return result;
  }

  /// What is wrong with a bundle of these lines; empty when nothing is.
  [[nodiscard]] std::string fault(const std::vector<std::string>& lines,
                                  const fs::path& repository = {}) const {
    auto other = where.folder.path() / "other.bundle";
    auto out = line_writer::open(other);
    for (auto& line : lines)
      REQUIRE(out->write(line).has_value());
    REQUIRE(out->finish().has_value());
    auto found = check(source_of(bytes_of(other)), repository);
    if (found)
      return "";
    CHECK(found.error().code == errc::invalid_message);
    return found.error().message;
  }

  /// The workspace as it was when the task began.
  [[nodiscard]] fs::path base_folder() const {
    auto folder = where.folder.path() / "base";
    auto store = cohort::runtime::workspace::object_store::open(where.store);
    REQUIRE(store->materialise(folder, where.base, "").has_value());
    return folder;
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t count_kind(const std::vector<std::string>& lines,
                  const std::string& kind) {
  return static_cast<size_t>(
    std::count_if(lines.begin(), lines.end(), [&](auto& line) {
      return json::parse(line)["kind"] == kind;
    }));
}

/// The first line of a kind.
std::string& line_of(std::vector<std::string>& lines, const std::string& kind) {
  return *std::find_if(lines.begin(), lines.end(), [&](auto& line) {
    return json::parse(line)["kind"] == kind;
  });
}

} // namespace

TEST_CASE("a bundle has everything, and holds") {
  exported bundle;
  auto lines = bundle.lines();
  CHECK(count_kind(lines, "event") == 5);
  CHECK(count_kind(lines, "gates") == 1);
  CHECK(count_kind(lines, "folder") == 5); // Two roots, src twice, new.
  CHECK(count_kind(lines, "file") == 5);
  auto found = bundle.check(source_of(bundle.packed()));
  INFO(std::string{found ? "" : found.error().message});
  REQUIRE(found.has_value());
  CHECK(found->task_id == "done");
  CHECK(found->checked.size() == 4);
  REQUIRE(found->unchecked.size() == 1); // There is no repository.
  CHECK(has(found->unchecked[0], bundle.where.base));
}

TEST_CASE("on its base the change makes the same tree again") {
  exported bundle;
  auto base = bundle.base_folder();
  SUBCASE("in a folder") {
    // nop
  }
  auto commit = "cd " + base.string()
                + " && git init -q && git add -A && git -c user.name=t "
                  "-c user.email=t@t commit -q -m x && rm -rf src";
  SUBCASE("in a repository, whatever its files are now") {
    REQUIRE(std::system(commit.c_str()) == 0);
  }
  SUBCASE("in a worktree of a packed repository") {
    commit += " && git gc -q && git worktree add -q ../tree -b other && rm "
              "../tree/run.sh";
    REQUIRE(std::system(commit.c_str()) == 0);
    base = base.parent_path() / "tree";
  }
  auto before = std::distance(fs::recursive_directory_iterator{base},
                              fs::recursive_directory_iterator{});
  auto found = bundle.check(source_of(bundle.packed()), base);
  INFO(std::string{found ? "" : found.error().message});
  REQUIRE(found.has_value());
  CHECK(found->unchecked.empty());
  CHECK(has(found->checked.back(), bundle.where.result));
  CHECK(std::distance(fs::recursive_directory_iterator{base},
                      fs::recursive_directory_iterator{})
        == before);
}

TEST_CASE("a folder that is not the base is said to be another") {
  exported bundle;
  auto found = bundle.check(source_of(bundle.packed()), bundle.where.workspace);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == errc::not_found);
  CHECK(has(found.error().message, bundle.where.base));
}

TEST_CASE("one bit changed anywhere in a bundle's text is found") {
  exported bundle;
  auto lines = bundle.lines();
  for (auto& line : lines)
    for (size_t at = 0; at<line.size(); at += line.size()> 100 ? 29 : 5) {
      auto before = line;
      line[at] ^= static_cast<char>(1 << at % 7);
      CAPTURE(line);
      if (line[at] != '\n')
        CHECK_FALSE(bundle.fault(lines).empty());
      line = before;
    }
  CHECK(bundle.fault(lines).empty());
}

TEST_CASE("one bit changed in a bundle's file is found") {
  exported bundle;
  auto whole = bundle.packed();
  size_t found = 0;
  size_t placed = 0;
  for (size_t bit = 0; bit < 8 * whole.size(); bit += 13) {
    CAPTURE(bit);
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<char>(1 << bit % 8);
    auto held = bundle.check(source_of(bytes));
    REQUIRE_FALSE(held);
    ++found;
    auto& why = held.error().message;
    for (auto* where : {"line ", "event ", "the file ", "a folder "})
      if (has(why, where)) {
        ++placed;
        break;
      }
  }
  // But for what makes the frame none.
  CHECK(placed + 8 >= found);
}

TEST_CASE("a bundle that is cut off anywhere is refused") {
  exported bundle;
  auto whole = bundle.packed();
  for (size_t size = 0; size < whole.size(); size += 19) {
    CAPTURE(size);
    CHECK_FALSE(bundle.check(source_of(whole.substr(0, size))).has_value());
  }
  CHECK_FALSE(bundle.check(source_of(whole + "x")).has_value());
}

TEST_CASE("lines that are missing, twice there or exchanged are refused") {
  exported bundle;
  auto lines = bundle.lines();
  for (size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    auto changed = lines;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK_FALSE(bundle.fault(changed).empty());
    changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK_FALSE(bundle.fault(changed).empty());
    changed = lines;
    std::swap(changed[i], changed[(i + 1) % lines.size()]);
    CHECK_FALSE(bundle.fault(changed).empty());
  }
}

TEST_CASE("what was changed is named") {
  exported bundle;
  auto lines = bundle.lines();
  auto change = [&](const std::string& kind, auto&& edit) {
    auto& line = line_of(lines, kind);
    auto value = json::parse(line);
    edit(value);
    line = value.dump();
  };
  SUBCASE("a file's content") {
    change("file", [](json& line) { line["content"] = "aW50IGQ7Cg=="; });
    CHECK(has(bundle.fault(lines), "link.cc is not what the task delivered"));
  }
  SUBCASE("a file's mode") {
    change("file", [](json& line) { line["mode"] = 0100644; });
    CHECK(has(bundle.fault(lines), "link.cc is not what the task delivered"));
  }
  SUBCASE("a path outside") {
    change("file", [](json& line) { line["path"] = "../../etc/passwd"; });
    CHECK(has(bundle.fault(lines), "leaves the workspace"));
  }
  SUBCASE("a path into .git") {
    change("file", [](json& line) { line["path"] = ".git/config"; });
    CHECK(has(bundle.fault(lines), "leaves the workspace"));
  }
  SUBCASE("a gate's verdict") {
    change("gates", [](json& line) {
      line["reports"][0]["verdict"] = "GATE_VERDICT_FAIL";
    });
    CHECK(has(bundle.fault(lines), "not what the event says"));
  }
  SUBCASE("a tree") {
    change("change", [&](json& line) { line["base"] = bundle.where.result; });
    CHECK(has(bundle.fault(lines), "not those of the task's result"));
  }
  SUBCASE("a version") {
    change("bundle", [](json& line) { line["version"] = 2; });
    CHECK(has(bundle.fault(lines), "knows version 1"));
  }
  SUBCASE("a key of its own") {
    audited_state other;
    change("key", [&](json& line) { line["pem"] = other.key().pem(); });
    CHECK(has(bundle.fault(lines), "not the seal's"));
  }
}

TEST_CASE("a bundle that somebody else sealed is refused with the head's key, "
          "and without a key that is said") {
  exported bundle, other;
  auto found = bundle.check(source_of(other.packed()));
  REQUIRE_FALSE(found.has_value());
  CHECK(has(found.error().message, "another key"));
  temp_folder scratch;
  auto trusting = verify_bundle(source_of(other.packed()),
                                {{}, "", scratch.path()});
  REQUIRE(trusting.has_value());
  CHECK(has(trusting->unchecked.front(), "--public-key"));
}

TEST_CASE("what is no bundle is refused") {
  exported bundle;
  for (auto bytes : {std::string{}, std::string(1000, '\0'),
                     std::string(1000, 'x'), std::string{"{}\n"}}) {
    auto found = bundle.check(source_of(bytes));
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == errc::invalid_message);
  }
  CHECK_FALSE(bundle.fault({"[]"}).empty());
  CHECK_FALSE(bundle.fault({"{\"kind\":7}"}).empty());
  auto deep = "{\"kind\":" + std::string(1'000'000, '[')
              + std::string(1'000'000, ']') + "}";
  CHECK_FALSE(bundle.fault({deep}).empty());
}

TEST_CASE("a bomb is refused before it is held") {
  exported bundle;
  // 3 GiB of zeros without a line's end, in some 100 kB.
  std::string packed;
  auto* context = ZSTD_createCCtx();
  std::string zeros(16U << 20, '\0');
  std::string room(ZSTD_CStreamOutSize(), '\0');
  for (int i = 0; i < 192; ++i) {
    ZSTD_inBuffer in{zeros.data(), zeros.size(), 0};
    while (in.pos < in.size) {
      ZSTD_outBuffer out{room.data(), room.size(), 0};
      ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
      packed.append(room.data(), out.pos);
    }
  }
  ZSTD_freeCCtx(context);
  auto found = bundle.check(source_of(packed));
  REQUIRE_FALSE(found.has_value());
  CHECK(has(found.error().message, "a line of more than"));
}

TEST_CASE("a task that has not ended, or is not what was written, is not "
          "exported") {
  audited_state where;
  auto file = where.folder.path() / "x.bundle";
  auto log = ledger::open(where.journal_file);
  auto open = write_bundle(*log, where.store, where.key(), "open", file);
  REQUIRE_FALSE(open.has_value());
  CHECK(has(open.error().message, "has not ended"));
  CHECK_FALSE(fs::exists(file));
  fs::remove_all(where.store / "objects");
  CHECK_FALSE(
    write_bundle(*log, where.store, where.key(), "done", file).has_value());
  CHECK_FALSE(fs::exists(file));
}

} // namespace cohort::tests::bundle_test
