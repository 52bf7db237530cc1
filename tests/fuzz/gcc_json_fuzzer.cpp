#include <string>

#include "tests/fuzz/diagnostics_properties.hpp"

/// A source file, then what GCC printed about it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  std::string source{take_part(text)};
  check_read(toolchain::read_gcc_json(text, one_file(source)), text, source);
  return 0;
}
