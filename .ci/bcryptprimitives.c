/* Rust's standard library takes random numbers from `ProcessPrng` in bcryptprimitives.dll. Wine 8 has no such library,
   and no Rust program starts there. This one forwards to the older function that Wine has. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length)
{
    return RtlGenRandom(bytes, (ULONG)length);
}
