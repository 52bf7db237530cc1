#include "config/read_file.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "config/document.hpp"
#include "config/file_problems.hpp"

namespace cohort::config {

namespace {

namespace fs = std::filesystem;

constexpr size_t file_bytes_max = 1U << 20;

/// Number of the first line with a byte that no text has, or 0. yaml-cpp would
/// take some of them for the end of the file.
int binary_line(std::string_view text) {
  int line = 1;
  for (auto c : text) {
    if (c == '\n')
      ++line;
    else if ((static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r')
             || c == '\x7f')
      return line;
  }
  return 0;
}

/// Sees where documents begin, and nothing else.
class document_starts final : public YAML::EventHandler {
public:
  int line = 0;

  void OnDocumentStart(const YAML::Mark& mark) override {
    line = mark.line + 1;
  }
  void OnDocumentEnd() override {
    // nop
  }
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {
    // nop
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {
    // nop
  }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {
    // nop
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    // nop
  }
  void OnSequenceEnd() override {
    // nop
  }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    // nop
  }
  void OnMapEnd() override {
    // nop
  }
};

/// Number of the line where a second document begins, or 0. (YAML::LoadAll
/// never ends on a bracket that nothing opened: for it that is one more empty
/// document, again and again.)
int second_document_line(const std::string& text) {
  std::istringstream in{text};
  YAML::Parser parser{in};
  document_starts starts;
  parser.HandleNextDocument(starts);
  return parser.HandleNextDocument(starts) ? starts.line : 0;
}

/// Whether a tab is part of the indentation of the line with that number.
bool is_indented_by_tab(std::string_view text, int line) {
  size_t begin = 0;
  for (int n = 1; n < line && begin != std::string_view::npos; ++n)
    if ((begin = text.find('\n', begin)) != std::string_view::npos)
      ++begin;
  if (begin == std::string_view::npos)
    return false;
  auto indentation = text.find_first_not_of(" \t", begin);
  return text.substr(begin, indentation - begin).find('\t')
         != std::string_view::npos;
}

void read_text(const std::string& text, settings& values,
               file_problems& problems) {
  auto fail = [&](int line, const std::string& why) {
    problems.add(line, "", [&] { return why; });
  };
  if (auto line = binary_line(text); line > 0)
    return fail(line, "is not a text file");
  try {
    if (auto line = second_document_line(text); line > 0)
      return fail(line, "another document begins; only one is expected");
    auto document = YAML::Load(text);
    if (document.IsMap())
      read_document(document, values, problems);
    else if (!document.IsNull())
      fail(line_of(document), "expected keys and values");
  } catch (const YAML::Exception& error) {
    auto line = error.mark.line + 1;
    fail(line, is_indented_by_tab(text, line)
                 ? "a tab in the indentation; YAML wants spaces"
                 : "is not YAML: " + error.msg);
  }
}

} // namespace

void read_file(const fs::path& file, load_result& out) {
  file_problems problems{file.string()};
  auto fail = [&](const std::string& why) {
    problems.add(0, "", [&] { return why; });
  };
  std::error_code failed;
  auto status = fs::status(file, failed);
  std::string text(file_bytes_max + 1, '\0');
  if (status.type() == fs::file_type::not_found) {
    fail("no such file");
  } else if (failed) {
    fail("cannot be read: " + failed.message());
  } else if (status.type() != fs::file_type::regular) {
    fail("is not a file"); // Reading a pipe could wait for ever.
  } else if (std::ifstream in{file, std::ios::binary}; !in) {
    fail("cannot be read: " + std::generic_category().message(errno));
  } else {
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(in.gcount()));
    if (in.bad())
      fail("cannot be read");
    else if (text.size() > file_bytes_max)
      fail("is larger than 1 MiB");
    else
      read_text(text, out.values, problems);
  }
  problems.move_to(out.problems);
}

} // namespace cohort::config
