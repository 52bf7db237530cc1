#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <unistd.h>
#include <zstd.h>

#include "runtime/audit/bundle.hpp"
#include "runtime/audit/packed_lines.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace cohort::runtime;
using namespace cohort::tests;
namespace fs = std::filesystem;

std::string packed(std::string_view text) {
  std::string result(ZSTD_compressBound(text.size()), '\0');
  result.resize(
    ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 1));
  return result + audit::trailer_of(result);
}

/// In two pieces, as a file may come.
audit::byte_source source_of(const std::string& bytes) {
  auto given = std::make_shared<size_t>(0);
  return [bytes, given]() -> expected<std::string> {
    auto size = *given == 0 ? bytes.size() / 2 + 1 : bytes.size();
    auto piece = bytes.substr(std::min(*given, bytes.size()), size);
    *given += piece.size();
    return piece;
  };
}

} // namespace

/// A bundle: bytes behind a "z", or else the lines that they unpack to.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = input_text(data, size);
  auto bytes = text.starts_with("z") ? std::string{text.substr(1)}
                                     : packed(text);
  auto scratch = fs::temp_directory_path()
                 / ("cohort-fuzz-bundle." + std::to_string(getpid()));
  auto found = audit::verify_bundle(source_of(bytes), {{}, "", scratch});
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  require(found || !found.error().message.empty(), "a fault has words");
  require(found || found.error().code == errc::invalid_message,
          "a fault is the bundle's");
  require(!found || !found->checked.empty(), "what holds was checked");
  return 0;
}
