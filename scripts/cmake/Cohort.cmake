# Tests are compiled far more often than they run.
set(COHORT_TEST_OPTIMISATION -O0 ${COHORT_GLUE_OPTIMISATION})
# Presets that build everything at once do it in batches of files, in less than half the time; `dev` compiles
# each file alone, which an edit of one file needs, and which proves that it includes what it uses.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
# GCC 12 sees overlaps in std::string's operator+. clang counts libgit2's initialisers as incomplete, and
# signs as conversions, which GCC does not.
set(COHORT_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers;-Wno-sign-conversion>)

# cohort_export(<name>): cohort_<name> is cohort::<name>, here and to those who find_package(cohort); its headers are
# included by their paths from the root.
function(cohort_export name)
  add_library(cohort::${name} ALIAS cohort_${name})
  set_target_properties(cohort_${name} PROPERTIES EXPORT_NAME ${name})
  get_target_property(type cohort_${name} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY)
    set(scope INTERFACE)
  else()
    set(scope PUBLIC)
  endif()
  target_compile_features(cohort_${name} ${scope} cxx_std_20)
  target_include_directories(cohort_${name} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/cohort>)
  install(TARGETS cohort_${name} EXPORT cohort ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/cohort)
endfunction()

# cohort_library(<name> <source>... DEPENDS <target>...)
# One static library per folder, linking only what it names. <name> is the folder's path with `_`
# for `/`: cohort_library(runtime_workspace ...) makes cohort::runtime_workspace.
function(cohort_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;PRIVATE_DEPENDS")
  add_library(cohort_${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  cohort_export(${name})
  target_link_libraries(cohort_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  target_compile_options(cohort_${name} PRIVATE ${COHORT_WARNINGS})
endfunction()

# cohort_tests(runtime/council judges consensus DEPENDS cohort::runtime_council [LABEL slow] [TIMEOUT 180])
# One program a folder, of tests/<folder>/<name>_test.cpp, each in a namespace of its own; one ctest entry a file, named
# <folder>/<name>, with the folder's layer and `fast`, unless told otherwise, as labels. With a LABEL it is a program beside
# the fast ones. The target fast_tests builds all that `ctest -L fast` runs, and nothing else.
add_custom_target(fast_tests)
function(cohort_tests folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "DEPENDS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(COHORT_SANITIZE)
    math(EXPR arg_TIMEOUT "10 * ${arg_TIMEOUT}")
  endif()
  string(REPLACE "/" "_" target "test_${folder}")
  string(REGEX REPLACE "/.*" "" layer ${folder})
  if(arg_LABEL)
    string(APPEND target "_${arg_LABEL}")
  else()
    set(arg_LABEL fast)
    add_dependencies(fast_tests ${target})
  endif()
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND "${PROJECT_SOURCE_DIR}/tests/${folder}/" OUTPUT_VARIABLE sources)
  list(TRANSFORM sources APPEND "_test.cpp")
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE cohort_test_support ${arg_DEPENDS})
  target_compile_options(${target} PRIVATE ${COHORT_WARNINGS} ${COHORT_TEST_OPTIMISATION})
  if(cohort_actor_test_support IN_LIST arg_DEPENDS)
    target_precompile_headers(${target} REUSE_FROM cohort_actor_test_support)
  else()
    target_precompile_headers(${target} REUSE_FROM cohort_test_support)
  endif()
  foreach(name IN LISTS arg_UNPARSED_ARGUMENTS)
    add_test(NAME ${folder}/${name} COMMAND ${target} --source-file=*/${name}_test.cpp WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${folder}/${name} PROPERTIES LABELS "${layer};${arg_LABEL}" TIMEOUT ${arg_TIMEOUT}
      FAIL_REGULAR_EXPRESSION "test cases: +0 ") # A name that no file has would pass.
  endforeach()
endfunction()

# cohort_fuzzer(gcc_json DEPENDS cohort::runtime_toolchain)
# Source tests/fuzz/<name>_fuzzer.cpp, seeds tests/fuzz/corpus/<name>/. The target fuzzers builds them all.
if(COHORT_FUZZ)
  add_custom_target(fuzzers)
  function(cohort_fuzzer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS")
    set(target "fuzz_${name}")
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}_fuzzer.cpp)
    target_link_libraries(${target} PRIVATE ${arg_DEPENDS})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    target_compile_options(${target} PRIVATE ${COHORT_WARNINGS})
    add_dependencies(fuzzers ${target})
  endfunction()
endif()

# cohort_protos(messages v1/task.proto ...)
# Compiles protos into cohort_<library>, which holds nothing else. Generated files mirror the source path, so code includes
# "messages/v1/task.pb.h". (CMake 3.25's protobuf_generate cannot keep that path below the root.)
function(cohort_protos library)
  foreach(proto IN LISTS ARGN)
    string(REGEX REPLACE "\\.proto$" "" stem "${library}/${proto}")
    set(out "${PROJECT_BINARY_DIR}/${stem}.pb")
    add_custom_command(OUTPUT ${out}.cc ${out}.h
      COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} --cpp_out ${PROJECT_BINARY_DIR}
              ${PROJECT_SOURCE_DIR}/${library}/${proto}
      DEPENDS ${PROJECT_SOURCE_DIR}/${library}/${proto} VERBATIM)
    target_sources(cohort_${library} PRIVATE ${out}.cc ${out}.h)
  endforeach()
  target_compile_options(cohort_${library} PRIVATE -w)
  # Names that protoc gives in every file; in a batch each file needs its own.
  set_target_properties(cohort_${library} PROPERTIES UNITY_BUILD_UNIQUE_ID COHORT_PROTO UNITY_BUILD_CODE_BEFORE_INCLUDE
    "#define COHORT_JOIN(a, b) a##b\n#define COHORT_OWN(a, b) COHORT_JOIN(a, b)
#define schemas COHORT_OWN(schemas_, COHORT_PROTO)
#define file_default_instances COHORT_OWN(instances_, COHORT_PROTO)")
  target_include_directories(cohort_${library} SYSTEM PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}>)
endfunction()
