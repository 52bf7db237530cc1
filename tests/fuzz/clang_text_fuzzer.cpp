#include <string>

#include "tests/fuzz/diagnostics_properties.hpp"

/// A source file, then what clang printed about it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  std::string source{take_part(text)};
  auto read = toolchain::read_clang(text, one_file(source));
  check_read(read, text, source);
  for (auto& error : read.diagnostics) {
    require(error.severity() != pb::SEVERITY_NOTE, "no note stands alone");
    for (auto& note : error.notes())
      require(note.severity() == pb::SEVERITY_NOTE, "only notes are notes");
  }
  return 0;
}
