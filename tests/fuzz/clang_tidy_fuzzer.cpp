#include <string>

#include "runtime/toolchain/clang_tidy.hpp"
#include "tests/fuzz/diagnostics_properties.hpp"

/// A source file, then the fixes that clang-tidy exported for it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  std::string source{take_part(text)};
  // It names files by their full names.
  auto files = [&](const std::string&) { return &source; };
  check_read(toolchain::read_tidy(text, "a.cc", files), text, source);
  return 0;
}
