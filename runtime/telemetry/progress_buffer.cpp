#include "runtime/telemetry/progress_buffer.hpp"
