include(Packages)
find_package(doctest REQUIRED)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A short edit-build-test loop where the tools are there.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# COHORT_SANITIZE is a list for -fsanitize=; see CMakePresets.json.
set(COHORT_SANITIZE "" CACHE STRING "Sanitizers, for instance address,undefined")
if(COHORT_SANITIZE)
  # CAF's headers bind references to null on purpose (caf/detail/init_fun_factory.hpp). The other two are nearly half of
  # the time that compiling takes, and find little that AddressSanitizer does not.
  add_compile_options(-fsanitize=${COHORT_SANITIZE} -fno-sanitize=null,vptr,object-size -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COHORT_SANITIZE})
  # For what is compiled far longer than it runs under sanitizers: generated code, tests, and whatever instantiates CAF.
  set(COHORT_GLUE_OPTIMISATION -O0 -fno-sanitize=alignment)
  # For what tests do thousands of times.
  set(COHORT_PLAYED_OPTIMISATION -O1)
endif()

# COHORT_FUZZ adds what libFuzzer needs, and the target fuzzers; clang only. A first finding ends the run.
option(COHORT_FUZZ "Build the fuzzers of tests/fuzz" OFF)
if(COHORT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
